// A client in TypeScript with the generated types: designs and problems are typed objects.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Brief = components["schemas"]["Brief"];
type Design = components["schemas"]["Design"];

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

const brief: Brief = { resolution: [28, 32], latent_dim: 16, base_channels: 8, search: { strides: [2] } };
const made = await client.POST("/v1/designs", { body: brief });
if (made.data === undefined || "total" in made.data) throw new Error(JSON.stringify(made.error));
const design: Design = made.data;
check(design.verification.verdict === "verified", "the module is verified");
check(design.generator.output_shape.join() === "3,28,32", "the picture has the size of the brief");
check(design.brief.max_channels === 512, "a completed brief has every field");

const found = await client.GET("/v1/designs", {
  params: { query: { resolution: "28x32", latent_dim: 16, base_channels: 8, "search.strides": "2" } },
});
check(found.data?.id === design.id, "a query means the same as a body");

const again = await client.GET("/v1/designs/{design_id}", { params: { path: { design_id: design.id } } });
check(again.data?.source.text === design.source.text, "an id gives the design again");

const refused = await client.POST("/v1/designs", { body: { resolution: 3 } });
check(refused.error?.code === "out_of_range", "a refusal is a problem with its code");

const chains = await client.POST("/v1/chains", { body: { to: 28, limit: 1 } });
check(chains.data?.chains[0]?.sizes.length === 3, "chains have sizes");
console.log("done");
