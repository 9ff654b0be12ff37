insert into card (uid, key, deck, place, start_byte, end_byte, part, kind, block, title, answer_hash, tags, concepts,
                  confuses)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (uid) do update set
    key = ?2, deck = ?3, place = ?4, start_byte = ?5, end_byte = ?6, part = ?7, kind = ?8, block = ?9, title = ?10,
    answer_hash = ?11, tags = ?12, concepts = ?13, confuses = ?14
