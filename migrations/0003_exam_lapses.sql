-- Exams whose wrong answers were counted as lapses of their cards: at most once each.

create table exam_lapse (
    sitting    integer not null primary key references exam_sitting (id),
    at         integer not null,
    day        integer not null,
    cards      integer not null,
    parked     integer not null
) strict;

create trigger exam_lapse_is_append_only_update before update on exam_lapse
begin select raise(abort, 'exam_lapse is append-only'); end;
create trigger exam_lapse_is_append_only_delete before delete on exam_lapse
begin select raise(abort, 'exam_lapse is append-only'); end;
