-- The first schema. Released files are never edited; a change is a new file.

-- Facts about this database: its device id, the digest of the course it holds, extra new cards allowed on a day.
create table setting (
    name  text not null primary key,
    value text not null
) strict, without rowid;

-- Folders of decks registered with `retain deck add`.
create table folder (
    path text not null primary key
) strict, without rowid;

-- One deck a file. `path` is absolute, or `shipped:` and the path below `decks/` for the course inside the binary.
-- The stamps (size, modified_ns, inode) tell whether the file must be read again.
create table deck (
    id          integer primary key,
    path        text    not null unique,
    slug        text    not null,
    name        text    not null,
    level       text,
    area        text,
    resource    text,
    source      text,
    requires    text    not null default '[]',
    tags        text    not null default '[]',
    dialect     text    not null default 'retain',
    place       integer not null,
    size        integer not null,
    modified_ns integer not null,
    inode       integer not null,
    faults      integer not null default 0
) strict;

create index deck_place on deck (place);

-- Every card ever seen. A card that vanished from the decks keeps its row (present = 0) and its log.
create table card (
    uid           integer primary key,
    key           text    not null unique,
    deck          integer not null,
    place         integer not null,
    start_byte    integer not null,
    end_byte      integer not null,
    part          integer not null,
    kind          text    not null,
    block         integer not null,
    title         text    not null,
    answer_hash   integer not null,
    tags          text    not null,
    concepts      text    not null,
    confuses      text    not null,
    present       integer not null default 1 check (present in (0, 1)),
    seen          integer not null default 0 check (seen in (0, 1))
) strict;

create index card_deck on card (deck, place);
create index card_new on card (deck, place) where seen = 0 and present = 1;

-- What became of a card's identity: first seen, edited, moved, gone, returned, relinked.
create table card_change (
    id        integer primary key,
    at        integer not null,
    card      integer not null,
    change    text    not null,
    old_key   text,
    new_key   text,
    old_title text,
    new_title text,
    old_deck  text,
    new_deck  text
) strict;

create index card_change_card on card_change (card, id);

-- Everything that ever happened to a card, oldest first; the truth from which every state is replayed.
-- `id` begins with the instant in milliseconds, so rows are written at the end and read in order of time.
create table review_log (
    id         blob    not null primary key check (length(id) = 16),
    device     integer not null,
    card       integer not null,
    at         integer not null,
    day        integer not null,
    event      text    not null check (event in ('answer', 'retract', 'suspend', 'resume', 'bury', 'flag', 'unflag',
                                                 'park', 'unpark', 'import')),
    purpose    text    check (purpose in ('review', 'quiz', 'exam')),
    grade      integer check (grade between 1 and 4),
    quality    integer check (quality between 0 and 5),
    took_ms    integer,
    verdict    real    check (verdict between 0 and 1),
    given      text,
    seed       integer,
    version    integer,
    difficulty integer,
    interval   integer,
    ease       integer,
    until_day  integer,
    note       text,
    target     blob    check (target is null or length(target) = 16)
) strict, without rowid;

create index review_log_card on review_log (card, at);
create index review_log_retract on review_log (event, target) where event = 'retract';
create index review_log_day on review_log (day) where event = 'answer' and purpose = 'review';

create trigger review_log_is_append_only_update before update on review_log
begin
    select raise(abort, 'review_log is append-only');
end;

create trigger review_log_is_append_only_delete before delete on review_log
begin
    select raise(abort, 'review_log is append-only');
end;

-- The state of each card that has a log: a cache, always equal to the replay of that log.
create table card_state (
    card         integer primary key,
    phase        text    not null check (phase in ('new', 'learning', 'review', 'relearning')),
    due_at       integer,
    due_day      integer,
    last_at      integer,
    last_day     integer,
    interval     integer not null,
    step         integer not null,
    reps         integer not null,
    lapses       integer not null,
    memory       text    check (memory in ('ease', 'sm2', 'fsrs')),
    memory_a     real,
    memory_b     real,
    suspended    integer not null default 0 check (suspended in (0, 1)),
    parked       integer not null default 0 check (parked in (0, 1)),
    buried_until integer,
    flag         text,
    last_grade   integer check (last_grade between 1 and 4),
    present      integer not null default 1 check (present in (0, 1))
) strict;

create index card_state_due on card_state (due_day, interval, last_day, buried_until)
    where due_day is not null and suspended = 0 and parked = 0 and present = 1;
create index card_state_learning on card_state (due_at)
    where due_at is not null and suspended = 0 and parked = 0 and present = 1;
create index card_state_marked on card_state (card) where suspended = 1 or parked = 1 or flag is not null;
