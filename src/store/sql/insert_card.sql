insert into card (uid, key, deck, place, start_byte, end_byte, part, kind, block, title, answer_hash, tags, concepts,
                  confuses)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (uid) do nothing
