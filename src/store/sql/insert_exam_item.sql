insert into exam_item (sitting, number, section, level, card, deck, resource, area, concept, kind, seed, difficulty,
                       family, version, parameters)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
