-- Reads the Markdown of a page into a tree both publishers' conventions hold for.
-- Used by site.lua (HTML) and document.lua (Typst, Word).
local M = {}

-- Everything that would let text become markup is off: a page comes from workbooks.
M.format = 'markdown-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars'
  .. '-yaml_metadata_block-pandoc_title_block'

M.callout_titles = {
  note = 'Bemærk', warning = 'Advarsel', tip = 'Tip', important = 'Vigtigt', caution = 'Forsigtig',
}

local schemes = { http = true, https = true, mailto = true }
local labels = { fig = 'Figur', tbl = 'Tabel' }
local unclosed = 'en boks (:::) mangler sin begyndelse eller sin slutning'
local quotes = { DoubleQuote = { '”', '”' }, SingleQuote = { '’', '’' } }

local function read_file(folder, name)
  local file = io.open(pandoc.path.join({ folder, name }), 'rb')
  local data = file and file:read('a')
  if file then file:close() end
  return data
end

-- The width and height of an image in a folder as attributes; none where they are not known.
local function image_size(folder, source)
  local known, size = pcall(pandoc.image.size, read_file(folder, source) or '')
  if not known then return pandoc.List() end
  local function round(number) return tostring(math.floor(number + 0.5)) end
  return pandoc.List({ { 'width', round(size.width) }, { 'height', round(size.height) } })
end

-- An image of a page in a folder with its size told, so that it takes its place before it is loaded;
-- and the narrow drawing beside it, if there is one, for a phone.
function M.show_image(image, folder, attributes)
  local size = image_size(folder, image.src)
  size:extend(attributes or {})
  image.attributes = size -- a list keeps its order
  local narrow = image.src:gsub('%.svg$', '-smal.svg')
  local drawn = narrow ~= image.src and image_size(folder, narrow) or {}
  if #drawn == 0 then return image end
  return pandoc.Inlines({ pandoc.RawInline('html', string.format(
    '<picture><source media="(max-width: 40rem)" srcset="%s" width="%s" height="%s">',
    M.escape(narrow), drawn[1][2], drawn[2][2])), image, pandoc.RawInline('html', '</picture>') })
end

-- The kind of a link: 'external', 'absolute', 'local', or nil for one that must not be followed.
function M.link_kind(target)
  local plain = target:gsub('%%[01]%x', ''):gsub('%%20', ''):gsub('[%c%s]', ''):gsub('\\', '/')
  local scheme = plain:match('^(%a[%w+.-]*):')
  if scheme then return schemes[scheme:lower()] and 'external' or nil end
  if plain:match('^//') then return nil end
  return plain:match('^/') and 'absolute' or 'local'
end

-- Path and fragment of a local link; the path is '' for one within the page.
function M.split_link(target)
  local path, fragment = target:match('^([^#]*)#?(.*)$')
  return path, fragment
end

function M.callout_kind(div)
  for _, class in ipairs(div.t == 'Div' and div.classes or {}) do
    local kind = class:match('^callout%-(%a+)$')
    if kind then return kind end
  end
end

-- The title of a callout (its first heading, or the Danish default) and its remaining blocks.
function M.split_callout(div, kind)
  local content = pandoc.Blocks(div.content)
  if content[1] and content[1].t == 'Header' then
    local title = content:remove(1).content
    return title, content
  end
  return pandoc.Inlines(M.callout_titles[kind] or 'Bemærk'), content
end

local function clean_link(link)
  link.attributes = {}
  return M.link_kind(link.target) and link or pandoc.Span(link.content)
end

local function lacks_alt(image) return 'billedet ' .. image.src .. ' mangler alternativ tekst (fig-alt)' end

local function clean_image(image, page)
  local alt = image.attributes['fig-alt'] or image.attributes.alt
    or pandoc.utils.stringify(image.caption)
  if M.link_kind(image.src) ~= 'local' then
    page.faults:insert('billedet ' .. image.src .. ' ligger ikke i rapporten')
  elseif alt:match('^%s*$') then
    page.faults:insert(lacks_alt(image))
  end
  page.images:insert(image.src)
  image.attributes = {}
  image.caption = pandoc.Inlines({ pandoc.Str(alt) })
  return image
end

local function clean_figure(figure, page)
  figure:walk({ Image = function(image)
    if not image.attributes['fig-alt'] then page.faults:insert(lacks_alt(image)) end
  end })
  return nil
end

local function drop_attributes(element)
  element.attributes = {}
  return element
end

-- The names of the figures shown stay: a number can be followed to its source by them.
local function keep_names(element)
  local names = element.attributes['data-figure']
  element.attributes = {}
  if names and names:match('^[%w./ _+-]+$') then element.attributes['data-figure'] = names end
  return element
end

-- Pipe tables with a long line get shares of the page's width; let the content decide instead.
local function clean_table(tbl)
  for index, spec in ipairs(tbl.colspecs) do tbl.colspecs[index] = { spec[1], nil } end
  tbl.attributes = {}
  return tbl
end

local function clean_quotes(quoted)
  local marks = quotes[quoted.quotetype] or quotes.DoubleQuote
  local content = pandoc.Inlines({ pandoc.Str(marks[1]) })
  content:extend(quoted.content)
  content:insert(pandoc.Str(marks[2]))
  return content
end

local function register(element, page, counts)
  local kind = element.identifier:match('^(%a+)%-')
  if not labels[kind] then return end
  if page.targets[element.identifier] then
    page.faults:insert('mærket #' .. element.identifier .. ' er brugt mere end én gang')
  end
  counts[kind] = (counts[kind] or 0) + 1
  page.targets[element.identifier] = labels[kind] .. '\u{a0}' .. counts[kind]
end

local function add_label(element, page)
  local label = page.targets[element.identifier]
  local caption = element.caption.long
  if not label or #caption == 0 then return nil end
  local content = pandoc.Inlines({ pandoc.Str(label .. ':'), pandoc.Space() })
  content:extend(caption[1].content)
  caption[1] = pandoc.Plain(content)
  element.caption.long = caption
  return element
end

local function reference(citation, page)
  local label = page.targets[citation.id]
  if not label then
    page.faults:insert('henvisningen @' .. citation.id
      .. ' peger på en figur eller tabel, der ikke findes på siden')
    return pandoc.Str('@' .. citation.id)
  end
  local text = citation.mode == 'SuppressAuthor' and label:match('%d+$') or label
  return pandoc.Link({ pandoc.Str(text) }, '#' .. citation.id)
end

local function resolve_cite(cite, page)
  local content = pandoc.Inlines({})
  for index, citation in ipairs(cite.citations) do
    if not labels[citation.id:match('^(%a+)%-')] then return cite.content end
    if index > 1 then content:extend({ pandoc.Str(','), pandoc.Space() }) end
    content:insert(reference(citation, page))
  end
  return content
end

local function collect_ids(doc, page)
  local function add(element)
    if element.identifier ~= '' then page.ids:insert(element.identifier) end
  end
  doc:walk({ Header = add, Div = add, Span = add, Figure = add, Table = add, CodeBlock = add })
end

function M.is_note(block) return block ~= nil and block.t == 'Div' and block.classes:includes('table-note') end

-- What is folded away on a page of the site: its first paragraph is the line it is opened by.
function M.show_fold(div)
  if not div.classes:includes('fold') then return nil end
  local blocks = pandoc.Blocks({ pandoc.RawBlock('html', '<details class="fold"><summary>') })
  blocks:insert(pandoc.Plain(pandoc.utils.blocks_to_inlines({ div.content[1] })))
  blocks:insert(pandoc.RawBlock('html', '</summary>'))
  for index = 2, #div.content do blocks:insert(div.content[index]) end
  blocks:insert(pandoc.RawBlock('html', '</details>'))
  return blocks
end

-- Paper has nothing that is for the site only, and nothing to unfold.
local function put_on_paper(div)
  if div.classes:includes('site-only') then return {} end
  if not div.classes:includes('fold') then return nil end
  div.content:remove(1)
  return div.content
end

-- A heading over nothing is left out, and what leads to it on its page is no link. Also the names
-- of those left out.
function M.drop_empty(doc)
  local gone, names = {}, pandoc.List()
  local function drop(blocks)
    for index = #blocks, 1, -1 do
      local head, below = blocks[index], blocks[index + 1]
      if head.t == 'Header' and (not below or below.t == 'Header' and below.level <= head.level
        or below.t == 'Div' and below.classes:includes('colophon')) then
        gone['#' .. head.identifier] = true
        names:insert(head.identifier)
        blocks:remove(index)
      end
    end
    return blocks
  end
  return doc:walk({ Blocks = drop }):walk({ Link = function(link)
    if gone[link.target] then return pandoc.Span(link.content) end
  end }), names
end

-- Read one page. `counts` carries the numbers on from page to page where they run through.
-- A page of the site or, `on_paper`, of a document.
function M.read(markdown, counts, on_paper)
  local page = { faults = pandoc.List(), images = pandoc.List(), targets = {} }
  local function with_page(action)
    return function(element) return action(element, page) end
  end
  local function count(element) register(element, page, counts) end
  -- looking for definition lists takes half the time of reading; ": " below a table is its caption
  local may_define = markdown:gsub('|\n\n: ', ''):match('\n[ >]*[:~][ \t]')
  local format = M.format .. (may_define and '' or '-definition_lists')
  local told, doc = pandoc.log.silence(pandoc.read, markdown, format)
  for _, message in ipairs(told) do
    if tostring(message.message):match('unclosed') then page.faults:insert(unclosed) end
  end
  doc:walk({ Str = function(str)
    if str.text:match('^:::+$') then page.faults:insert(unclosed) end
  end })
  if on_paper then doc = doc:walk({ Div = put_on_paper }) end
  doc, page.ids = M.drop_empty(doc)
  doc:walk({ Figure = count, Table = count })
  doc = doc:walk({
    Figure = with_page(clean_figure), Table = clean_table, Cite = with_page(resolve_cite),
    Quoted = clean_quotes,
  })
  doc = doc:walk({
    Link = clean_link, Image = with_page(clean_image),
    Header = drop_attributes, Div = keep_names, Span = keep_names,
    Code = drop_attributes, CodeBlock = drop_attributes,
  })
  page.doc = doc:walk({ Figure = with_page(add_label), Table = with_page(add_label) })
  collect_ids(page.doc, page)
  return page
end

-- The sentence above a figure, a table or key figures goes with them: `lead` says how (a chart has
-- its headline). A table is told of the note below it.
function M.keep_together(blocks, lead)
  for index = 1, #blocks - 1 do
    local block, follower = blocks[index], blocks[index + 1]
    local is_shown = follower.t == 'Figure' or follower.t == 'Table'
      or follower.t == 'Div' and follower.classes:includes('key-figures')
    if block.t == 'Table' and M.is_note(follower) then block.attributes.noted = 'yes' end
    if block.t == 'Para' and is_shown then blocks[index] = lead(block) end
  end
  return blocks
end

-- Whether a heading stands in the contents of a document: chapters, and numbered points ("6.3").
function M.is_listed(header)
  local text = pandoc.utils.stringify(header)
  return header.level == 1 or (header.level == 2 and text:match('^%d+%.%d+%s') ~= nil)
end

-- The Danish endings after which an s joins the parts of a long word: registrerings-ordningen.
local joints = pandoc.List({ 'ings', 'heds', 'ions', 'skabs', 'elses', 'tets', 'doms' })

-- Text in which long words may be divided where their parts meet, also by a browser that knows no
-- Danish.
function M.soften(text)
  for _, joint in ipairs(joints) do
    text = text:gsub('(%S%S%S' .. joint .. ')(%S%S%S%S)', '%1\u{ad}%2')
  end
  return text
end

function M.soften_header(header)
  return header:walk({ Str = function(str) return pandoc.Str(M.soften(str.text)) end })
end

-- A page's title where it stands alone, in a tab or a list of hits: with the year of its folder.
function M.page_title(title, path)
  local year = pandoc.path.filename(pandoc.path.directory(path)):match('^%d%d%d%d$')
  return year and not title:find(year, 1, true) and title .. ' – ' .. year or title
end

function M.escape(text)
  return (text:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end

function M.answer(value) io.stdout:write(pandoc.json.encode(value)) end

function M.job() return pandoc.json.decode(io.read('a'), false) end

return M
