-- A deck known before keeps its place until all decks are put in order.
insert into deck (path, slug, name, level, area, resource, source, requires, tags, place, size, modified_ns, inode,
                  faults, dialect)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
on conflict (path) do update set
    slug = ?2, name = ?3, level = ?4, area = ?5, resource = ?6, source = ?7, requires = ?8, tags = ?9,
    size = ?11, modified_ns = ?12, inode = ?13, faults = ?14, dialect = ?15
returning id
