-- What wrk sends: a browser's headers, and the Cookie headers of a file in turn.
-- arguments: file of cookies or "-", lines to skip, mean pause in ms of a connection between two requests

local prepared, number = {}, 0
local mean_ms = 0

local browser = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  ["Accept-Language"] = "fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
  ["Accept-Encoding"] = "gzip, deflate, br",
  ["Sec-Fetch-Dest"] = "document",
  ["Sec-Fetch-Mode"] = "navigate",
  ["Sec-Fetch-Site"] = "none",
}

function init(args)
  for name, value in pairs(browser) do wrk.headers[name] = value end
  mean_ms = tonumber(args[3])
  if args[1] == "-" then
    prepared[1] = wrk.format()
  else
    local skip = tonumber(args[2])
    for line in io.lines(args[1]) do
      if skip > 0 then
        skip = skip - 1
      else
        wrk.headers["Cookie"] = line
        prepared[#prepared + 1] = wrk.format()
      end
    end
  end
  if mean_ms == 0 then delay = nil end
  math.randomseed(1)
end

function request()
  number = number % #prepared + 1
  return prepared[number]
end

-- Uniform round the mean, so that connections do not march in step.
function delay()
  return math.floor(mean_ms * (0.5 + math.random()) + 0.5)
end
