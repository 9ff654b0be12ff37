-- Exams: sittings, their papers, their answers, how they ended; what was opened by hand; what was read.
-- All but the last two are only ever added to.

create table exam_sitting (
    id         integer primary key,
    uid        blob    not null unique check (length(uid) = 16),
    device     integer not null,
    scope      text    not null check (scope in ('level', 'deck', 'resource', 'area', 'placement')),
    target     text    not null,
    title      text    not null,
    rules      text    not null,
    seed       integer not null,
    at         integer not null,
    day        integer not null
) strict;

create index exam_sitting_scope on exam_sitting (scope, target, id);

-- The paper as it was drawn. A problem is drawn again from family, version, parameters, seed and difficulty.
create table exam_item (
    sitting    integer not null references exam_sitting (id),
    number     integer not null,
    section    integer not null,
    level      text,
    card       integer not null,
    deck       text    not null,
    resource   text    not null,
    area       text,
    concept    text    not null,
    kind       text    not null,
    seed       integer not null,
    difficulty integer not null,
    family     text,
    version    integer,
    parameters text,
    primary key (sitting, number)
) strict, without rowid;

-- An answer with what was shown, so that it can be read when the card has long changed.
-- `share` is empty for an item whose card was gone when it was to be asked.
create table exam_answer (
    sitting    integer not null references exam_sitting (id),
    number     integer not null,
    card       integer not null,
    at         integer not null,
    given      text,
    share      real    check (share between 0 and 1),
    confidence text    check (confidence in ('guess', 'think', 'sure')),
    took_ms    integer not null,
    mistake    text,
    shown      text    not null,
    entry      blob    check (entry is null or length(entry) = 16),
    primary key (sitting, number)
) strict, without rowid;

create index exam_answer_card on exam_answer (card);

create table exam_end (
    sitting    integer not null primary key references exam_sitting (id),
    at         integer not null,
    day        integer not null,
    passed     integer not null check (passed in (0, 1)),
    outcome    text    not null
) strict;

-- Levels and decks opened by hand.
create table opened (
    kind text    not null check (kind in ('level', 'deck')),
    name text    not null,
    at   integer not null,
    primary key (kind, name)
) strict, without rowid;

-- Resources of the roadmap that the learner has read.
create table resource_read (
    resource text    not null primary key,
    at       integer not null,
    day      integer not null
) strict, without rowid;

create trigger exam_sitting_is_append_only_update before update on exam_sitting
begin select raise(abort, 'exam_sitting is append-only'); end;
create trigger exam_sitting_is_append_only_delete before delete on exam_sitting
begin select raise(abort, 'exam_sitting is append-only'); end;
create trigger exam_item_is_append_only_update before update on exam_item
begin select raise(abort, 'exam_item is append-only'); end;
create trigger exam_item_is_append_only_delete before delete on exam_item
begin select raise(abort, 'exam_item is append-only'); end;
create trigger exam_answer_is_append_only_update before update on exam_answer
begin select raise(abort, 'exam_answer is append-only'); end;
create trigger exam_answer_is_append_only_delete before delete on exam_answer
begin select raise(abort, 'exam_answer is append-only'); end;
create trigger exam_end_is_append_only_update before update on exam_end
begin select raise(abort, 'exam_end is append-only'); end;
create trigger exam_end_is_append_only_delete before delete on exam_end
begin select raise(abort, 'exam_end is append-only'); end;
