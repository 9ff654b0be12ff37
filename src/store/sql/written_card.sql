-- Parameters are numbered as those of insert_card.sql and write_card.sql.
select (key, deck, place, part, kind, block, title, answer_hash, tags, concepts, confuses)
           = (?2, ?3, ?4, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14),
       present, start_byte, end_byte
from card where uid = ?1
