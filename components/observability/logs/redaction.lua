-- Shapes each record of a container, and removes secrets and personal data from it, before it leaves the node.
--
-- Fluent Bit calls `shape` for each record. `SETTINGS` comes before this text in the ConfigMap. Each scanner passes over
-- a text once: it goes on after what it read, and looks ahead for a bounded length only, so that a hostile line of
-- 1 MB takes as long as an ordinary one of that size.

local find, sub, lower, gsub, match, byte = string.find, string.sub, string.lower, string.gsub, string.match, string.byte
local concat = table.concat

local KEY_LENGTH = 64
local EMAIL_LOCAL, EMAIL_DOMAIN = 64, 253
local PEM_LINES = 200
local FOLLOWED = 1000
local DEPTH = 32
local QUOTED = 65536

local found
local function mark(kind)
  found[kind] = true
  return "[REDACTED:" .. kind .. "]"
end

-- Replaces what `locate(text, from)` finds: first, last, kind. `last` may be before `first`: then nothing is replaced,
-- and the search goes on at `first`.
local function replaced(text, locate)
  local pieces, copied, from
  from = 1
  while true do
    local first, last, kind = locate(text, from)
    if not first then
      break
    end
    if last >= first then
      pieces = pieces or {}
      pieces[#pieces + 1] = sub(text, copied or 1, first - 1)
      pieces[#pieces + 1] = mark(kind)
      copied = last + 1
      from = last + 1
    else
      from = first
    end
  end
  if not pieces then
    return text
  end
  pieces[#pieces + 1] = sub(text, copied)
  return concat(pieces)
end

local function word_before(text, at)
  return at > 1 and find(text, "^[%w_]", at - 1) ~= nil
end

-- 1. Private keys. A key that is logged line by line continues in the records of its tag that follow.

local open_keys, opened = {}, 0

local function locate_private_key(text, from)
  local first = find(text, "-----BEGIN ", from, true)
  if not first then
    return nil
  end
  local _, last, label = find(text, "^([%u%d ]*)%-%-%-%-%-", first + 11)
  if not last or not find(label, "PRIVATE KEY", 1, true) then
    return first + 11, first
  end
  local closing = find(text, "-----END ", last, true)
  if not closing then
    return first, #text, "private-key"
  end
  local _, ending = find(text, "^[%u%d ]*%-%-%-%-%-", closing + 9)
  return first, ending or #text, "private-key"
end

local function opens_private_key(text)
  return find(text, "-----BEGIN ", 1, true) and find(text, "PRIVATE KEY-----", 1, true)
    and not find(text, "-----END ", 1, true)
end

local function inside_private_key(tag, text)
  local left = open_keys[tag]
  if not left then
    return text
  end
  local _, ending = find(text, "-----END [%u%d ]*%-%-%-%-%-")
  if ending then
    open_keys[tag] = nil
    return mark("private-key") .. sub(text, ending + 1)
  end
  open_keys[tag] = left > 1 and left - 1 or nil
  if find(text, "^%s*[%w+/=]+%s*$") or find(text, "^%s*[%w-]+: [%w,%-]+%s*$") then
    return mark("private-key")
  end
  return text
end

local function follow_private_key(tag, text)
  if not opens_private_key(text) then
    return
  end
  if opened >= FOLLOWED then
    open_keys, opened = {}, 0
  end
  open_keys[tag], opened = PEM_LINES, opened + 1
end

-- 2. The password in an address, between the name of the user and the name of the host.

local ADDRESS_LENGTH = 512

local function locate_user_info(text, from)
  local _, slashes = find(text, "://", from, true)
  if not slashes then
    return nil
  end
  local start = slashes + 1
  local stop = (find(text, "[/?#%s\"'<>`\\]", start) or #text + 1) - 1
  local authority = sub(text, start, stop)
  local colon = find(authority, ":", 1, true)
  local at = match(authority, "^.*()@")
  if colon and not find(authority, "^%d*$", colon + 1) and (not at or colon < at) then
    -- A password may have a slash or an @ that is not encoded, so the last @ of the address ends it.
    local address = match(sub(text, start, start + ADDRESS_LENGTH), "^[^%s\"'<>`\\]*")
    at = match(address, "^.*()@") or at
  end
  if not at or find(authority, "^[^@]*%[REDACTED:") then
    return stop + 1, stop
  end
  local first = colon and colon < at and colon + 1 or 1
  -- A name alone is not a secret; a long one is a token.
  if at == first or (first == 1 and at <= 20) or find(authority, "^%*+$", first) then
    return stop + 1, stop
  end
  return start + first - 1, start + at - 2, "password"
end

-- 3. Values after the names of secrets: assignments, fields of JSON, options of commands.

local SECRET_ENDINGS = {
  "password", "passwd", "passwort", "passphrase", "passcode", "pwd", "secret", "secretkey", "accesskey", "apikey",
  "privatekey", "signingkey", "encryptionkey", "accountkey", "masterkey", "sharedkey", "token", "credential",
  "credentials", "authorization", "cookie", "connectionstring", "sessionid", "sessionkey", "amzsignature", "jwt",
  "cvv", "cvc",
}
local PLAIN_TOKENS = {
  "eostoken", "bostoken", "padtoken", "unktoken", "septoken", "clstoken", "masktoken", "firsttoken", "pertoken",
  "stoptoken", "lasttoken", "endtoken", "starttoken", "specialtoken", "imagetoken", "addedtoken", "outputtoken",
  "inputtoken", "prompttoken", "toptoken", "draftedtoken", "decodetoken", "newlinetoken",
}
local EXACT = { auth = true, sig = true, otp = true, ssn = true, iban = true }
local HINTS = {
  "pass", "pwd", "secret", "key", "token", "credential", "authorization", "cookie", "connection", "session",
  "signature", "jwt", "auth", "sig", "otp", "ssn", "iban", "cvv", "cvc",
}
local ENDINGS_BY_LETTER = {}
local function add_ending(ending)
  local letter = byte(ending, #ending)
  ENDINGS_BY_LETTER[letter] = ENDINGS_BY_LETTER[letter] or {}
  local known = ENDINGS_BY_LETTER[letter]
  known[#known + 1] = ending
end
for _, ending in ipairs(SECRET_ENDINGS) do
  add_ending(ending)
end
for _, name in ipairs(SETTINGS.keys) do
  EXACT[name] = true
  HINTS[#HINTS + 1] = name
end

local function ends_with(name, ending)
  return sub(name, -#ending) == ending
end

-- The kind of secret that a name has; nil for a name of none.
local function kind_of_name(name)
  local plain = lower(gsub(sub(name, -KEY_LENGTH), "[_%.%-]", ""))
  if EXACT[plain] then
    return "secret"
  end
  local endings = ENDINGS_BY_LETTER[byte(plain, #plain) or 0]
  for index = 1, endings and #endings or 0 do
    local ending = endings[index]
    if ends_with(plain, ending) then
      if ending == "token" then
        for _, harmless in ipairs(PLAIN_TOKENS) do
          if ends_with(plain, harmless) then
            return nil
          end
        end
        return "token"
      end
      if ending == "authorization" or ending == "cookie" then
        return ending
      end
      return find(ending, "^pass") and "password" or ending == "pwd" and "password" or "secret"
    end
  end
  return nil
end

local EMPTY = {
  ["null"] = true, ["none"] = true, ["nil"] = true, ["true"] = true, ["false"] = true, ["undefined"] = true,
  ["str"] = true, ["string"] = true,
}

local function is_shown(kind, value)
  if value == "" or find(value, "^%[REDACTED") or find(value, "^%*+$") or find(value, "^[xX][xX][xX]+$") or find(value, "^%.+$") or EMPTY[lower(value)] then
    return true
  end
  if kind == "token" then
    return #value < 6 or find(value, "^%-?%d*%.%d+$") ~= nil or find(value, "^<[^>]*>$") ~= nil
  end
  return false
end

local function hints_at_secret(text)
  local small = lower(text)
  for index = 1, #HINTS do
    if find(small, HINTS[index], 1, true) then
      return true
    end
  end
  -- Names of the configuration are compared without their separators.
  if SETTINGS.keys[1] and find(small, "[_%.%-]") then
    small = gsub(small, "[_%.%-]", "")
    for _, name in ipairs(SETTINGS.keys) do
      if find(small, name, 1, true) then
        return true
      end
    end
  end
  return false
end

-- Where the value of the name at first..last begins, and how it is quoted: at, quote, slashes, separator. A pair of XML
-- has the separator ">".
local function value_begin(text, first, last)
  local _, at = find(text, "^\\*[\"'`]?[%])]?", last + 1)
  local after_name = sub(text, last + 1, at)
  local quoted = find(after_name, "[\"'`]") ~= nil
  at = at + 1
  local before = first > 1 and sub(text, first - 1, first - 1) or ""
  if before == "<" and sub(text, at, at) == ">" then
    return at + 1, nil, "", ">"
  end
  local _, spaces = find(text, "^[ \t]*", at)
  local separator
  local _, stop = find(text, "^[:=]?=+>?", spaces + 1)
  if not stop then
    _, stop = find(text, "^:", spaces + 1)
    if stop and find(text, "^[:/]", stop + 1) then
      return nil
    end
  end
  if not stop then
    _, stop = find(text, "^%%3[dDaA]", spaces + 1)
  end
  if not stop and quoted and find(text, "^,", spaces + 1) and find(sub(text, first > 4 and first - 4 or 1, first - 1), "[%(%[]b?\\*[\"']$") then
    stop = spaces + 1
  end
  if not stop and spaces >= at and first > 2 and sub(text, first - 2, first - 1) == "--" then
    stop = spaces
  end
  if not stop then
    return nil
  end
  separator = sub(text, stop, stop)
  local _, open, slashes, quote = find(text, "^[ \t]*b?(\\*)([\"'`])", stop + 1)
  if open then
    return open + 1, quote, slashes, separator
  end
  local _, gap = find(text, "^[ \t]*", stop + 1)
  return gap + 1, nil, "", separator
end

-- The last character of a quoted value; the end of the line without a closing quote.
local function quoted_end(text, from, quote, slashes)
  local at = from
  while true do
    local closing = find(text, quote, at, true)
    if not closing or closing - from > QUOTED then
      local _, stop = find(text, "^[^\r\n]*", from)
      return stop
    end
    local begin = closing
    while begin > from and byte(text, begin - 1) == 92 do
      begin = begin - 1
    end
    local count = closing - begin
    if count == #slashes or (slashes == "" and count % 2 == 0) then
      return closing - 1 - #slashes
    end
    at = closing + 1
  end
end

local function plain_end(text, from, kind, separator)
  local stop, _
  if separator == ">" then
    _, stop = find(text, "^[^<]*", from)
    return stop
  end
  if kind == "cookie" then
    _, stop = find(text, "^[^\r\n\"]*", from)
    return stop
  end
  if kind == "authorization" then
    local _, scheme, name = find(text, "^([%w%-]+) +", from)
    if scheme and not find(name, "=", 1, true) then
      if find(name, "^AWS4") or find(lower(name), "^digest") then
        _, stop = find(text, "^[^\r\n\"]*", from)
        return stop
      end
      _, stop = find(text, "^[^%s,;\"'})%]]*", scheme + 1)
      return stop
    end
  end
  _, stop = find(text, "^[^%s&\"'`]*", from)
  while stop > from and find(text, "^[%),;}%]%.\\]", stop) do
    stop = stop - 1
  end
  return stop
end

-- Whether first..last is the kind in what `mark` wrote.
local function in_mark(text, first, last)
  return sub(text, first > 10 and first - 10 or 1, first - 1) == "[REDACTED:" and sub(text, last + 1, last + 1) == "]"
end

local function locate_named_secret(text, from)
  while true do
    local first, last = find(text, "%a[%w_%.%-]*", from)
    if not first then
      return nil
    end
    local kind = kind_of_name(sub(text, last - KEY_LENGTH > first and last - KEY_LENGTH or first, last))
    local at, quote, slashes, separator
    if kind and not in_mark(text, first, last) then
      at, quote, slashes, separator = value_begin(text, first, last)
    end
    if at and at <= #text then
      local stop = quote and quoted_end(text, at, quote, slashes) or plain_end(text, at, kind, separator)
      if stop >= at then
        if not is_shown(kind, sub(text, at, stop < at + 40 and stop or at + 40)) then
          return at, stop, kind
        end
        return at, at - 1
      end
    end
    from = last + 1
  end
end

-- 4. Credentials after the name of a scheme, such as Bearer.

local CREDENTIAL = "^[%w%-%._~+/=]+"

local function locate_scheme(name, accepts)
  return function(text, from)
    while true do
      local first, last = find(text, name, from)
      if not first then
        return nil
      end
      local _, gap = find(text, "^[ :=]+", last + 1)
      local head = gap and not word_before(text, first) and match(sub(text, gap + 1, gap + 64), CREDENTIAL)
      if head and accepts(head) then
        local _, stop = find(text, CREDENTIAL, gap + 1)
        return gap + 1, stop, "token"
      end
      from = last + 1
    end
  end
end

local locate_bearer = locate_scheme("[Bb][Ee][Aa][Rr][Ee][Rr]", function(value)
  return #value >= 8 and (find(value, "%d") ~= nil or #value >= 24)
end)
local locate_basic = locate_scheme("[Bb][Aa][Ss][Ii][Cc]", function(value)
  return #value >= 8 and find(value, "^[%w+/]+=*$") ~= nil and (find(value, "=$") or find(value, "%d")) ~= nil
end)

-- 5. JSON Web Tokens: three or five parts, each in base64.

local function locate_jwt(text, from)
  local first = find(text, "eyJ", from, true)
  if not first then
    return nil
  end
  local _, part = find(text, "^[%w_%-]+", first)
  if part - first < 10 then
    return part + 1, part
  end
  local _, last = find(text, "^%.[%w_%-]+%.?[%w_%-%.]*", part + 1)
  if not last then
    return part + 1, part
  end
  while find(text, "^%.", last) do
    last = last - 1
  end
  return first, last, "token"
end

-- 6. Tokens with a prefix of their issuer.

local function issued(prefix, letters, least, most, kind, check)
  local class = "^" .. letters .. "+"
  return function(text, from)
    while true do
      local first, last = find(text, prefix, from, true)
      if not first then
        return nil
      end
      if not (first > 1 and find(text, "^%w", first - 1) and not find(text, "^\\[nrt]", first - 2)) then
        local _, stop = find(text, class, last + 1)
        local size = stop and stop - last or 0
        if size >= least and size <= most and (not check or check(sub(text, last + 1, stop))) then
          return first, stop, kind
        end
        return (stop or last) + 1, stop or last
      end
      from = last + 1
    end
  end
end

local function mixed(value)
  return find(value, "%d") ~= nil and find(value, "%u") ~= nil
end

local LONG = 10000
local ISSUED = {}
for _, each in ipairs({
  { "AKIA", "[%u%d]", 16, 16, "aws-key" }, { "ASIA", "[%u%d]", 16, 16, "aws-key" },
  { "ABIA", "[%u%d]", 16, 16, "aws-key" }, { "ACCA", "[%u%d]", 16, 16, "aws-key" },
  { "IQoJb3JpZ2luX2", "[%w+/=]", 60, LONG, "aws-key" }, { "FwoGZXIvYXdzE", "[%w+/=]", 60, LONG, "aws-key" },
  { "ghp_", "%w", 30, LONG }, { "gho_", "%w", 30, LONG }, { "ghu_", "%w", 30, LONG },
  { "ghs_", "%w", 30, LONG }, { "ghr_", "%w", 30, LONG }, { "github_pat_", "[%w_]", 40, LONG },
  { "glpat-", "[%w_%-]", 20, LONG }, { "xoxb-", "[%w%-]", 10, LONG }, { "xoxp-", "[%w%-]", 10, LONG },
  { "xoxa-", "[%w%-]", 10, LONG }, { "xoxr-", "[%w%-]", 10, LONG }, { "xoxs-", "[%w%-]", 10, LONG },
  { "xapp-", "[%w%-]", 10, LONG }, { "sk-", "[%w_%-]", 20, LONG, "token", mixed }, { "sk_live_", "%w", 16, LONG },
  { "rk_live_", "%w", 16, LONG }, { "whsec_", "[%w+/=]", 16, LONG }, { "hf_", "%w", 30, LONG },
  { "AIza", "[%w_%-]", 35, 35 }, { "ya29.", "[%w_%-]", 20, LONG }, { "npm_", "%w", 36, LONG },
  { "pypi-AgE", "[%w_%-]", 50, LONG }, { "dapi", "%x", 32, 32 }, { "nvapi-", "[%w_%-]", 40, LONG },
  { "glsa_", "[%w_]", 32, LONG }, { "SG.", "[%w_%-%.]", 60, LONG }, { "shpat_", "%x", 32, LONG },
  { "hvs.", "[%w_%-]", 20, LONG }, { "AGE-SECRET-KEY-1", "[%u%d]", 50, LONG },
}) do
  ISSUED[#ISSUED + 1] = { each[1], issued(each[1], each[2], each[3], each[4], each[5] or "token", each[6]) }
end
for _, each in ipairs(SETTINGS.tokens) do
  ISSUED[#ISSUED + 1] = { each.prefix, issued(each.prefix, each.letters, each.least, each.most, each.kind) }
end

-- 7. Secret access keys of AWS: 40 characters of base64 that change often between small, large and digit.

local FORTY = string.rep("[%w/+]", 40)

local function changes(value)
  local count, before = 0, ""
  for index = 1, #value do
    local letter = byte(value, index)
    local class = letter <= 57 and "d" or letter <= 90 and "u" or "l"
    if class ~= before then
      count, before = count + 1, class
    end
  end
  return count
end

local function locate_secret_key(text, from)
  local first, last = find(text, FORTY, from)
  if not first then
    return nil
  end
  local _, stop = find(text, "^[%w/+=_%-]*", last + 1)
  local value = sub(text, first, last)
  if stop > last or (first > 1 and find(text, "^[%w/+_%-]", first - 1)) then
    return stop + 1, stop
  end
  if changes(value) < 13 or not find(value, "%u") or not find(value, "%l") or not find(value, "%d") then
    return stop + 1, stop
  end
  return first, last, "aws-key"
end

-- 8. Personal data.

local function locate_email(sign)
  return function(text, from)
    while true do
      local at, width = find(text, sign, from, true)
      if not at then
        return nil
      end
      local first = at
      local least = at - EMAIL_LOCAL > from and at - EMAIL_LOCAL or from
      while first > least and find(text, "^[%w%._+%-'\128-\255]", first - 1) do
        first = first - 1
      end
      while first < at and find(text, "^[%.'%-]", first) do
        first = first + 1
      end
      if first < at then
        local domain = match(sub(text, width + 1, width + EMAIL_DOMAIN), "^[%w\128-\255][%w%.%-\128-\255]*")
        domain = domain and gsub(domain, "[%.%-]+$", "")
        if domain and find(domain, "%.[%a\128-\255][%w\128-\255]+$") then
          return first, width + #domain, "email"
        end
      end
      from = width + 1
    end
  end
end

local function luhn(digits)
  local sum, double = 0, false
  for index = #digits, 1, -1 do
    local digit = byte(digits, index) - 48
    if double then
      digit = digit * 2
      if digit > 9 then
        digit = digit - 9
      end
    end
    sum, double = sum + digit, not double
  end
  return sum % 10 == 0
end

local function is_card(digits)
  local size = #digits
  return size >= 13 and size <= 19 and find(digits, "^[3-6]") ~= nil or size == 16 and find(digits, "^2[2-7]") ~= nil
end

-- Whether the digits at first..last are part of a hexadecimal identifier, such as that of a trace.
local function in_hexadecimal(text, first, last)
  local begin, stop = first, last
  while begin > 1 and first - begin < 64 and find(text, "^%w", begin - 1) do
    begin = begin - 1
  end
  while stop - last < 64 and find(text, "^%w", stop + 1) do
    stop = stop + 1
  end
  local word = sub(text, begin, stop)
  return #word >= 16 and find(word, "%a") ~= nil and not find(word, "%X")
end

-- A number of 13 to 19 digits, alone or in groups with one space or hyphen between them.
local function locate_card(text, from)
  while true do
    local first, last = find(text, "%d%d%d%d", from)
    if not first then
      return nil
    end
    local _, run = find(text, "^%d+", first)
    local digits, stop = sub(text, first, run < first + 19 and run or first + 19), run
    local best
    while #digits <= 19 do
      if is_card(digits) and luhn(digits) then
        best = stop
      end
      local _, next_stop = find(text, "^[ %-]%d+", stop + 1)
      if not next_stop or #digits + next_stop - stop > 20 then
        break
      end
      digits, stop = digits .. sub(text, stop + 2, next_stop), next_stop
    end
    local fraction = best and (first > 2 and find(text, "^%d%.", first - 2) or find(text, "^%.%d", best + 1))
    if best and not fraction and not in_hexadecimal(text, first, best) then
      return first, best, "card"
    end
    from = run + 1
  end
end

local function is_iban(value)
  if #value < 15 or #value > 34 then
    return false
  end
  local moved, rest = sub(value, 5) .. sub(value, 1, 4), 0
  for index = 1, #moved do
    local letter = byte(moved, index)
    rest = letter <= 57 and (rest * 10 + letter - 48) % 97 or (rest * 100 + letter - 55) % 97
  end
  return rest == 1
end

local function locate_iban(text, from)
  while true do
    local first, last = find(text, "%u%u%d%d[ %u%d]", from)
    if not first then
      return nil
    end
    local ends, stop = {}, first + 3
    if not (first > 1 and find(text, "^[%w]", first - 1)) then
      local _, run = find(text, "^[%u%d]*", first + 4)
      if run - first <= 34 then
        stop = run
        ends[1] = stop
        for _ = 1, 8 do
          local _, group = find(text, "^ [%u%d]+", stop + 1)
          if not group or group - stop > 5 then
            break
          end
          stop = group
          ends[#ends + 1] = stop
        end
      end
    end
    for index = #ends, 1, -1 do
      if is_iban((gsub(sub(text, first, ends[index]), " ", ""))) then
        return first, ends[index], "iban"
      end
    end
    from = first + 4
  end
end

local function locate_phone(text, from)
  while true do
    local first = find(text, "[+(]%(?%d", from)
    if not first then
      return nil
    end
    local stop = first + #match(sub(text, first + 1, first + 24), "^[%d %(%)%-%./]+")
    while not find(text, "^%d", stop) do
      stop = stop - 1
    end
    local digits = gsub(sub(text, first, stop), "%D", "")
    local international = byte(text, first) == 43
    local least = international and 8 or 10
    if not word_before(text, first) and #digits >= least and #digits <= 15 then
      return first, stop, "phone"
    end
    from = stop + 1
  end
end

local PERSONAL = {
  { "email", "@", locate_email("@") },
  { "email", "%%40", locate_email("%40") },
  { "card", "%d%d%d%d", locate_card },
  { "iban", "%u%u%d%d", locate_iban },
  { "phone", "[+(]%(?%d", locate_phone },
}

local function redacted(text)
  if #text < 4 then
    return text
  end
  if find(text, "-----BEGIN ", 1, true) then
    text = replaced(text, locate_private_key)
  end
  if find(text, "://", 1, true) then
    text = replaced(text, locate_user_info)
  end
  if hints_at_secret(text) then
    text = replaced(text, locate_named_secret)
  end
  if find(text, "[Bb][Ee][Aa][Rr][Ee][Rr]") then
    text = replaced(text, locate_bearer)
  end
  if find(text, "[Bb][Aa][Ss][Ii][Cc]") then
    text = replaced(text, locate_basic)
  end
  text = replaced(text, locate_jwt)
  for index = 1, #ISSUED do
    local each = ISSUED[index]
    if find(text, each[1], 1, true) then
      text = replaced(text, each[2])
    end
  end
  text = replaced(text, locate_secret_key)
  for index = 1, #PERSONAL do
    local each = PERSONAL[index]
    if SETTINGS.personal[each[1]] and find(text, each[2]) then
      text = replaced(text, each[3])
    end
  end
  return text
end

-- Records: texts, names and numbers in them, at any depth.

local function plain_number(value)
  return value % 1 == 0 and string.format("%.0f", value) or tostring(value)
end

local function cleaned(value, kind, depth, tag)
  local sort = type(value)
  if sort == "string" then
    if kind and kind ~= "followed" then
      return is_shown(kind, value) and value or mark(kind)
    end
    local text = inside_private_key(tag, value)
    follow_private_key(tag, text)
    return redacted(text)
  end
  if sort == "number" then
    if kind and kind ~= "token" then
      return mark(kind)
    end
    if SETTINGS.personal.card and value >= 1e12 and value < 1e16 then
      local digits = plain_number(value)
      if is_card(digits) and luhn(digits) then
        return mark("card")
      end
    end
    return value
  end
  if sort ~= "table" then
    return value
  end
  if depth >= DEPTH then
    return mark("too-deep")
  end
  local renamed
  for name, child in pairs(value) do
    local named = type(name) == "string"
    value[name] = cleaned(child, named and kind_of_name(name) or kind, depth + 1, tag)
    if named then
      local shown = redacted(name)
      if shown ~= name then
        renamed = renamed or {}
        renamed[name] = shown
      end
    end
  end
  if renamed then
    for name, shown in pairs(renamed) do
      local child = value[name]
      value[name] = nil
      value[shown] = child
    end
  end
  return value
end

-- The first text among fields of the application's JSON, which the record then has at its top.
local function lifted(data, names)
  for _, name in ipairs(names) do
    local value = data[name]
    if type(value) == "string" then
      data[name] = nil
      return value
    end
  end
  return nil
end

local MESSAGES = { "message", "msg", "log", "event" }
local LEVELS = { "level", "severity", "levelname", "lvl" }

local function label(labels, names)
  if type(labels) == "table" then
    for _, name in ipairs(names) do
      if type(labels[name]) == "string" then
        return labels[name]
      end
    end
  end
  return nil
end

local APP = { "app.kubernetes.io/name", "app", "k8s-app", "serving.kserve.io/inferenceservice", "job-name" }
local TEAM = { "mlplatform.io/team" }

local function shaped(tag, record)
  found = {}
  local pod = type(record.kubernetes) == "table" and record.kubernetes or {}
  local home = type(record.kubernetes_namespace) == "table" and record.kubernetes_namespace or {}
  local data = record.data
  local out = {
    stream = record.stream,
    namespace = pod.namespace_name,
    pod = pod.pod_name,
    container = pod.container_name,
    node = pod.host,
    app = label(pod.labels, APP),
    team = label(home.labels, TEAM) or label(pod.labels, TEAM),
    group = SETTINGS.groups[pod.namespace_name or ""] or SETTINGS.fallback,
  }
  local message = record.log
  if type(data) == "table" then
    message = lifted(data, MESSAGES) or message
    out.level = lifted(data, LEVELS)
    if next(data) ~= nil then
      out.data = data
    end
  end
  out.message = message
  if SETTINGS.enabled then
    out.message = cleaned(out.message, nil, 0, tag .. (out.stream or ""))
    out.level = cleaned(out.level, nil, 0, tag)
    out.data = cleaned(out.data, nil, 0, tag .. (out.stream or ""))
    local kinds = {}
    for kind in pairs(found) do
      kinds[#kinds + 1] = kind
    end
    if kinds[1] then
      table.sort(kinds)
      out.redacted = concat(kinds, ",")
    end
  end
  return out
end

-- Fluent Bit sends a record as it is when its script fails, so nothing may fail here.
function shape(tag, timestamp, record)
  local done, out = pcall(shaped, tag, record)
  if done then
    return 2, timestamp, out
  end
  return 2, timestamp, { message = "[REDACTED:failed]", redacted = "failed", group = SETTINGS.fallback }
end
