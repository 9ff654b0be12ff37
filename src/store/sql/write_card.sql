update card set
    key = ?2, deck = ?3, place = ?4, start_byte = ?5, end_byte = ?6, part = ?7, kind = ?8, block = ?9, title = ?10,
    answer_hash = ?11, tags = ?12, concepts = ?13, confuses = ?14
where uid = ?1
