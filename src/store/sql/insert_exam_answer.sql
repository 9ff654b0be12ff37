insert into exam_answer (sitting, number, card, at, given, share, confidence, took_ms, mistake, shown, entry)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
