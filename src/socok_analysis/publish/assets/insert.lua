-- For Quarto: puts a generated file in the place of `::: {.insert file="report/_forside.md"}`.
-- Quarto's own `include` looks for the file before the pre-render script has made it.
local reading = require('reading')
local folder = quarto and quarto.project and quarto.project.directory or '.'

local function insert(div)
  local name = div.attributes.file
  local is_qmd = tostring(quarto.doc.input_file):match('%.qmd$')
  if not is_qmd or not div.classes:includes('insert') or not name then return nil end
  if not name:match('^report/_[%w_-]+%.md$') then
    error('Kun en genereret fil som report/_forside.md kan indsættes, ikke ' .. name .. '.')
  end
  local file = io.open(folder .. '/' .. name, 'rb')
  if not file then error('Den indsatte fil ' .. name .. ' findes ikke.') end
  local text = file:read('a')
  file:close()
  return pandoc.read(text, reading.format).blocks
end

-- Only pages of the site can show the SVG; the PNG beside it is for the rest.
local function choose_image(image)
  if not quarto.doc.is_format('html') then image.src = image.src:gsub('%.svg$', '.png') end
  return image
end

return { { Div = insert }, { Image = choose_image } }
