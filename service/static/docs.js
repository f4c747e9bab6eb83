"use strict";

const container = document.getElementById("swagger-ui");

window.SwaggerUIBundle({
  url: container.dataset.document,
  domNode: container,
  deepLinking: true,
  validatorUrl: null,
});
