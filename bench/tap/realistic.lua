-- A request of a browser through a gateway: about 1 KB of header fields, 200 paths in turn.
local asked = 0
local fields = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ["Accept"] = "application/json, text/plain, */*",
  ["Accept-Encoding"] = "gzip, deflate, br, zstd",
  ["Accept-Language"] = "en-GB,en;q=0.8,de;q=0.5",
  ["Authorization"] = "Bearer " .. string.rep("eyJhbGciOiJSUzI1NiJ9", 28),
  ["X-Request-Id"] = "7c0f2d84-31f7-4c8f-9a55-2b86d1a3f0de",
  ["traceparent"] = "00-8f14e45fceea167a5a36dedd4bea2543-c4ca4238a0b92382-01",
  ["Cookie"] = "session=4a8a08f09d37b73795649038408b5f33; theme=light",
}

request = function()
  asked = asked + 1
  return wrk.format("GET", "/shop/items/" .. (asked % 200) .. "?page=2", fields)
end
