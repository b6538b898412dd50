-- For wrk: posts the review whose file the variable REVIEW names, and says as JSON what came of it.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local file = assert(io.open(os.getenv("REVIEW"), "rb"))
wrk.body = file:read("*a")
file:close()

function done(summary, latency)
  -- What wrk calls a timeout is an answer after two seconds, which the latencies tell of.
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
