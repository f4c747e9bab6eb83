-- What clients ask of the service, mixed: wrk calls request() for each request.
-- DESIGN_PATH and DESIGN_TAG in the environment are those of a design that is kept.

local id = os.getenv("DESIGN_PATH")
local tag = os.getenv("DESIGN_TAG")
local json = { ["Content-Type"] = "application/json" }
local turn = 0

local mix = {
  function() return wrk.format("GET", "/v1/designs?resolution=64&latent_dim=100") end,
  function() return wrk.format("GET", id) end,
  function() return wrk.format("GET", id, { ["If-None-Match"] = tag }) end,
  function() return wrk.format("GET", id, { ["Accept-Encoding"] = "gzip" }) end,
  function() return wrk.format("GET", id .. "/module.py") end,
  function() return wrk.format("GET", id .. "/generator.svg") end,
  function() return wrk.format("GET", id .. "/bundle.zip") end,
  function() return wrk.format("GET", "/healthz") end,
  function() return wrk.format("POST", "/v1/designs", json, '{"resolution": 64, "latent_dim": 100}') end,
  function() return wrk.format("POST", "/v1/layers/conv", json,
    '{"input_size": [32, 32], "kernel_size": 4, "stride": 2, "padding": 1}') end,
  function() return wrk.format("POST", "/v1/chains", json, '{"to": [96, 96], "limit": 3}') end,
  function() return wrk.format("GET",
    "/v1/designs?verify=none&resolution=32&latent_dim=" .. math.random(1, 20000)) end,
}

function init()
  math.randomseed(os.time())
end

function request()
  turn = turn + 1
  return mix[turn % #mix + 1]()
end
