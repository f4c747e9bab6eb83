"""The shapes of requests and answers, for the OpenAPI document; reading them is the library's."""
