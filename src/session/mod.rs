//! One sitting as a state machine: events in, records out. The terminal, the line mode and the JSON mode all run it.
//!
//! [`Session::step`] is pure: it decides what an event means and what must be saved; `app/review.rs` saves it before the
//! next frame is drawn, then says [`Session::committed`] or [`Session::refused`]. Not for keys, screens or storage.

pub mod draft;
pub mod pose;
pub mod queue;
mod tally;

use std::collections::{HashMap, VecDeque};

use crate::card::{Card, CardUid, Given, Question};
use crate::grading::{Judgement, judge};
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose};
use crate::schedule::balance::{EasyDays, balanced};
use crate::schedule::fuzz::Fuzz;
use crate::schedule::replay::{CardRecord, becomes_leech};
use crate::schedule::{Due, NextState, NextStates, Phase, Scheduler};
use crate::seed::Seed;
use crate::time::{Day, Moment, Timestamp};

pub use queue::{DueCard, QueueCard};
pub use tally::Tally;

/// How a sitting is run.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What answers count for.
    pub purpose: Purpose,
    /// Learning cards due within this span are shown when nothing else is left, in milliseconds.
    pub learn_ahead_ms: i64,
    /// Cards to answer at most.
    pub limit: Option<u32>,
    /// Time to spend at most, in milliseconds; the card being answered is finished.
    pub time_ms: Option<i64>,
    /// The learner's own pace: the median time to a right answer, in milliseconds, where it is known.
    pub pace_ms: Option<u32>,
    /// Whether hidden parts of sentences are typed.
    pub type_cloze: bool,
    /// The device that writes the log.
    pub device: i64,
    /// Chance for questions and entry ids.
    pub seed: Seed,
    /// Weekdays that suit more or less; `None` leaves intervals where fuzz puts them.
    pub balance: Option<EasyDays>,
}

/// The scheduler of each card: the collection's, unless its deck has one of its own.
pub struct Schedulers {
    collection: Box<dyn Scheduler>,
    decks: HashMap<i64, Box<dyn Scheduler>>,
}

impl Schedulers {
    /// Builds the choice; `decks` holds the schedulers of single decks, by id.
    #[must_use]
    pub fn new(collection: Box<dyn Scheduler>, decks: HashMap<i64, Box<dyn Scheduler>>) -> Self {
        Self { collection, decks }
    }

    /// Returns the scheduler of a deck, or of the collection where no deck is given.
    #[must_use]
    pub fn of(&self, deck: Option<i64>) -> &dyn Scheduler {
        deck.and_then(|deck| self.decks.get(&deck)).unwrap_or(&self.collection).as_ref()
    }

    /// Tells whether all decks have the same scheduler.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.decks.is_empty()
    }
}

/// The cards of a sitting, in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Reviews and new cards, woven.
    pub main: Vec<QueueCard>,
    /// Learning cards with their instants.
    pub learning: Vec<QueueCard>,
}

/// All that showing a card needs, read by `app/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The card as written.
    pub card: Card,
    /// Its deck's name.
    pub deck: String,
    /// Its deck's level, as a word; empty where it has none.
    pub level: String,
    /// Its source: the deck's work and the card's place.
    pub source: String,
    /// Where it is written: path and line.
    pub place: (String, usize),
}

/// The card being asked.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its place in the queue.
    pub queued: QueueCard,
    /// What it is and says.
    pub loaded: Loaded,
    /// The question as put.
    pub question: Question,
    /// The seed it was put with.
    pub seed: Seed,
    /// The difficulty a problem was drawn with, `0..=2`.
    pub difficulty: u8,
    /// Its record when it was shown.
    pub record: CardRecord,
    /// When it was shown.
    pub shown_at: Timestamp,
    /// What was answered and made of it, once answered.
    pub answered: Option<Answered>,
    /// Whether the hint was asked for.
    pub hint_shown: bool,
    /// Whether why and source are shown in full.
    pub why_shown: bool,
}

/// An answer that awaits its grade.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What the learner gave; `None` when the answer was only revealed.
    pub given: Option<Given>,
    /// What the machine made of it.
    pub judgement: Option<Judgement>,
    /// The grade it proposes.
    pub proposed: Option<Grade>,
    /// What each grade leads to.
    pub next: NextStates,
    /// When it was answered.
    pub at: Timestamp,
}

/// What a learner, or the world, does to a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Show the answer.
    Reveal,
    /// Give an answer to be judged.
    Answer(Given),
    /// Grade the answer shown.
    Grade(Grade),
    /// Take the last thing back.
    Undo,
    /// Leave the card out until tomorrow.
    Bury,
    /// Leave the card out until it is resumed.
    Suspend,
    /// Mark the card, with a note that may be empty; an already marked card loses its mark when the note is `None`.
    Flag(Option<String>),
    /// Show the hint.
    Hint,
    /// Show or hide why and source.
    Why,
    /// Leave.
    Quit,
}

/// What a step asks of the caller.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a review that is not recorded is lost"]
pub enum Step {
    /// Nothing but a new frame.
    Shown,
    /// The event means nothing now.
    Ignored,
    /// Save this, then say [`Session::committed`] or [`Session::refused`].
    Record(Box<Record>),
    /// Take these entries of a card back, then say [`Session::undone`].
    Retract {
        /// The card.
        card: CardUid,
        /// The entries.
        entries: Vec<EntryId>,
    },
    /// Nothing of this session is left to undo: the caller may look further back.
    UndoEarlier,
    /// The learner leaves.
    Left,
}

/// What an answer or a mark adds to the log, and where the card stands then.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The card.
    pub card: CardUid,
    /// Entries to append.
    pub entries: Vec<LogEntry>,
    /// The record from which this was computed.
    pub before: CardRecord,
    /// The record that follows.
    pub after: CardRecord,
    /// One line that stands for the card.
    pub title: Option<String>,
    /// Whether `after` is to be stored: practice leaves states alone.
    pub scheduled: bool,
}

/// Something to tell the learner above the foot of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The card was parked as a leech.
    Leech {
        /// How often it was forgotten.
        lapses: u32,
    },
    /// The last thing was taken back.
    Undone,
    /// There is nothing to take back.
    NothingToUndo,
    /// The card was answered in another session meanwhile.
    Elsewhere,
    /// The card is left out until tomorrow.
    Buried,
    /// The card is left out until it is resumed.
    Suspended,
    /// The card was marked.
    Flagged,
    /// The mark is gone.
    Unflagged,
    /// The deck was edited and the card redrawn.
    Edited,
    /// The card is no longer in the decks.
    Gone,
    /// The clock stands before the card's last review.
    ClockBack,
    /// Any other remark.
    Remark(String),
}

/// What the session has done that can be taken back.
#[derive(Clone, Debug)]
struct Done {
    queued: QueueCard,
    from_learning: bool,
    entries: Vec<EntryId>,
    at: Timestamp,
    tally: Tally,
    siblings: Vec<QueueCard>,
}

/// What follows once a record is on disk.
struct Pending {
    done: Done,
    /// The card, when it comes back within the sitting.
    again: Option<QueueCard>,
    notice: Option<Notice>,
    /// The day on which the card will be due.
    day: Option<Day>,
}

/// A sitting.
pub struct Session {
    schedulers: Schedulers,
    rules: Rules,
    main: VecDeque<QueueCard>,
    learning: Vec<QueueCard>,
    current: Option<Current>,
    from_learning: bool,
    recent: Vec<QueueCard>,
    pending: Option<Pending>,
    done: Vec<Done>,
    tally: Tally,
    started: Timestamp,
    entries_made: u64,
    over: bool,
    notice: Option<Notice>,
    /// How many cards are due on a day, as far as it was asked for.
    load: HashMap<Day, u32>,
    /// The instant of each card's newest entry: what follows is written after it.
    newest: HashMap<CardUid, Timestamp>,
}

impl Session {
    /// Starts a sitting.
    #[must_use]
    pub fn new(schedulers: Schedulers, rules: Rules, plan: Plan, at: &Moment) -> Self {
        Self {
            schedulers,
            rules,
            main: plan.main.into(),
            learning: plan.learning,
            current: None,
            from_learning: false,
            recent: Vec::new(),
            pending: None,
            done: Vec::new(),
            tally: Tally::default(),
            started: at.now,
            entries_made: 0,
            over: false,
            notice: None,
            load: HashMap::new(),
            newest: HashMap::new(),
        }
    }

    /// Returns the card being asked.
    #[must_use]
    pub fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// Returns what was done so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns how the sitting is run.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the scheduler of the current card, or of the collection.
    #[must_use]
    pub fn scheduler(&self) -> &dyn Scheduler {
        self.schedulers.of(self.current.as_ref().map(|current| current.queued.deck))
    }

    /// Returns what to tell the learner, once.
    pub fn take_notice(&mut self) -> Option<Notice> {
        self.notice.take()
    }

    /// Tells the learner something with the next frame.
    pub fn notify(&mut self, notice: Notice) {
        self.notice = Some(notice);
    }

    /// Tells whether something was done that this session can take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Returns the cards still to come: main queue, and learning cards, the current one not counted.
    #[must_use]
    pub fn left(&self) -> (usize, usize) {
        (self.main.len(), self.learning.len())
    }

    /// Returns how many new cards are still to come, the current one not counted.
    #[must_use]
    pub fn new_left(&self) -> usize {
        self.main.iter().filter(|card| card.new).count()
    }

    /// Returns the instant at which the next learning card is due; `None` without one.
    #[must_use]
    pub fn next_learning(&self) -> Option<Timestamp> {
        self.learning.iter().filter_map(|card| card.due_at).min()
    }

    /// Returns the time spent since the sitting began, in milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self, now: Timestamp) -> i64 {
        now.ms_since(self.started).max(0)
    }

    /// Chooses the next card unless one is being asked; the caller loads it and hands it to [`Session::present`], or
    /// says [`Session::skip`]. `None` when the sitting is over.
    pub fn advance(&mut self, at: &Moment) -> Option<CardUid> {
        if self.over || self.current.is_some() {
            return None;
        }
        let enough = self.rules.limit.is_some_and(|limit| self.tally.cards() >= limit)
            || self.rules.time_ms.is_some_and(|time| self.elapsed_ms(at.now) >= time);
        if enough {
            self.over = true;
            return None;
        }
        if let Some(card) = self.due_learning(at.now) {
            return Some(card);
        }
        if let Some(place) = self.main_place() {
            return Some(self.main[place].card);
        }
        let ahead = self.due_learning(at.now.plus_ms(self.rules.learn_ahead_ms));
        self.over = ahead.is_none();
        ahead
    }

    fn due_learning(&self, until: Timestamp) -> Option<CardUid> {
        self.learning
            .iter()
            .filter(|card| card.due_at.is_none_or(|due| due <= until))
            .min_by_key(|card| card.due_at)
            .map(|card| card.card)
    }

    /// The first card of the main queue that is not mistaken for one just shown; the first where all are.
    fn main_place(&self) -> Option<usize> {
        (0..self.main.len().min(4 * queue::APART))
            .find(|&place| !queue::is_too_close(&self.main[place], &self.recent))
            .or(if self.main.is_empty() { None } else { Some(0) })
    }

    /// Takes the card that [`Session::advance`] chose, loaded; `record` is how it stands in the database now.
    ///
    /// A card that was answered elsewhere since the plan was made is left out.
    pub fn present(&mut self, uid: CardUid, loaded: Loaded, record: CardRecord, at: &Moment) {
        let Some((queued, from_learning)) = self.take(uid) else { return };
        let elsewhere = !from_learning
            && self.rules.purpose == Purpose::Review
            && !is_due(&record, at)
            && (!queued.early || record.state.last_day == Some(at.today));
        let learnt_elsewhere = from_learning && matches!(record.state.due, Due::On(day) if day > at.today);
        if self.rules.purpose == Purpose::Review
            && (elsewhere || learnt_elsewhere || !record.is_active(at.today))
        {
            self.notice = Some(Notice::Elsewhere);
            return;
        }
        self.from_learning = from_learning;
        self.show(queued, loaded, record, at);
    }

    fn show(&mut self, queued: QueueCard, loaded: Loaded, record: CardRecord, at: &Moment) {
        let seed =
            self.rules.seed.derive("question", queued.card.0.cast_unsigned() ^ u64::from(record.state.reps));
        let difficulty = difficulty_for(&record);
        let Some(question) = pose::pose(&loaded.card, seed, difficulty) else {
            self.notice = Some(Notice::Gone);
            return;
        };
        if record.state.last.is_some_and(|last| last > at.now) {
            self.notice.get_or_insert(Notice::ClockBack);
        }
        self.current = Some(Current {
            queued,
            loaded,
            question,
            seed,
            difficulty,
            record,
            shown_at: at.now,
            answered: None,
            hint_shown: false,
            why_shown: false,
        });
    }

    fn take(&mut self, uid: CardUid) -> Option<(QueueCard, bool)> {
        if let Some(place) = self.learning.iter().position(|card| card.card == uid) {
            return Some((self.learning.remove(place), true));
        }
        let place = self.main.iter().position(|card| card.card == uid)?;
        self.main.remove(place).map(|card| (card, false))
    }

    /// Leaves a card out that cannot be shown.
    pub fn skip(&mut self, uid: CardUid, notice: Notice) {
        let _ = self.take(uid);
        if self.current.as_ref().is_some_and(|current| current.queued.card == uid) {
            self.current = None;
        }
        self.notice = Some(notice);
    }

    /// Puts the current card again after its text was edited: same card, same progress, drawn anew.
    pub fn reload(&mut self, loaded: Loaded, at: &Moment) {
        if let Some(current) = self.current.take() {
            let shown_at = current.shown_at;
            self.show(current.queued, loaded, current.record, at);
            if let Some(current) = &mut self.current {
                current.shown_at = shown_at;
            }
            self.notice = Some(Notice::Edited);
        }
    }

    /// Decides what an event means.
    pub fn step(&mut self, event: Event, at: &Moment) -> Step {
        debug_assert!(self.pending.is_none(), "a record was neither committed nor refused");
        match event {
            Event::Quit => {
                self.over = true;
                Step::Left
            }
            Event::Undo => self.undo(),
            Event::Reveal => self.answer(None, at),
            Event::Answer(given) => self.answer(Some(given), at),
            Event::Grade(grade) => self.grade(grade, at),
            Event::Hint => self.current.as_mut().filter(|current| current.question.hint.is_some()).map_or(
                Step::Ignored,
                |current| {
                    current.hint_shown = true;
                    Step::Shown
                },
            ),
            Event::Why => self.current.as_mut().map_or(Step::Ignored, |current| {
                current.why_shown = !current.why_shown;
                Step::Shown
            }),
            Event::Bury => self.mark(LogEvent::Bury(at.today.plus(1)), Notice::Buried, true, at),
            Event::Suspend => self.mark(LogEvent::Suspend, Notice::Suspended, true, at),
            Event::Flag(note) => match note {
                Some(note) => self.mark(LogEvent::Flag(note), Notice::Flagged, false, at),
                None => self.mark(LogEvent::Unflag, Notice::Unflagged, false, at),
            },
        }
    }

    /// Says when a card's log was last written to: nothing is recorded before that, so that the log's order is the order
    /// in which things happened, whatever the clock says.
    pub fn not_before(&mut self, card: CardUid, newest: Option<Timestamp>) {
        if let Some(newest) = newest {
            let known = self.newest.entry(card).or_insert(newest);
            *known = newest.max(*known);
        }
    }

    /// The moment at which something is recorded for the current card: never before its newest entry, nor on an earlier
    /// day than its last answer, so that its history keeps its order when the clock was set back.
    fn later(&self, at: &Moment, current: &Current) -> Moment {
        let record = &current.record;
        let newest = record.state.last.max(self.newest.get(&current.queued.card).copied());
        let now = newest.map_or(at.now, |newest| at.now.max(newest.plus_ms(1)));
        let today = record.state.last_day.map_or(at.today, |last| at.today.max(last));
        Moment { now, today, zone: at.zone }
    }

    /// Returns the days whose load is wanted before the current card is answered, and is not known yet.
    #[must_use]
    pub fn wanted_load(&self, at: &Moment) -> Vec<Day> {
        let Some(current) = self.current.as_ref().filter(|current| current.answered.is_none()) else {
            return Vec::new();
        };
        if self.rules.balance.is_none() || self.rules.purpose != Purpose::Review {
            return Vec::new();
        }
        let moment = self.later(at, current);
        let next = self.scheduler().next_states(current.queued.card, &current.record.state, &moment);
        let mut days: Vec<Day> = Grade::ALL
            .into_iter()
            .filter_map(|grade| next.get(grade).range.filter(|range| is_balanced(*range)))
            .flat_map(|(low, high)| low..=high)
            .filter_map(|interval| i32::try_from(interval).ok())
            .map(|interval| moment.today.plus(interval))
            .filter(|day| !self.load.contains_key(day))
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Says how many cards are due on a day.
    pub fn supply_load(&mut self, day: Day, count: u32) {
        self.load.insert(day, count);
    }

    /// What each grade leads to, with the interval settled on among the days that fuzz allows.
    fn outcomes(&self, current: &Current, moment: &Moment) -> NextStates {
        let card = current.queued.card;
        let mut next =
            self.schedulers.of(Some(current.queued.deck)).next_states(card, &current.record.state, moment);
        if let Some(easy) = self.rules.balance.filter(|_| self.rules.purpose == Purpose::Review) {
            let fuzz = Fuzz::of(card, current.record.state.reps);
            let due_on = |day: Day| self.load.get(&day).copied().unwrap_or(0);
            let settle = |next: &mut NextState| {
                if let Some(range) = next.range.filter(|range| range.0 < range.1 && is_balanced(*range)) {
                    let interval = balanced(range, moment.today, due_on, &easy, fuzz);
                    next.state = next.settle(interval);
                }
            };
            settle(&mut next.again);
            settle(&mut next.hard);
            settle(&mut next.good);
            settle(&mut next.easy);
            in_order(&mut next);
        }
        next
    }

    fn answer(&mut self, given: Option<Given>, at: &Moment) -> Step {
        let rules = self.rules;
        let next = match &self.current {
            Some(current) => self.outcomes(current, &self.later(at, current)),
            None => return Step::Ignored,
        };
        let Some(current) = self.current.as_mut().filter(|current| current.answered.is_none()) else {
            return Step::Ignored;
        };
        let judgement = given.as_ref().and_then(|given| judge(&current.question, given));
        if given.is_some() && judgement.is_none() {
            return Step::Ignored;
        }
        let proposed = match &judgement {
            Some(judgement) => Some(propose(judgement, at.now.ms_since(current.shown_at), rules.pace_ms)),
            // To look before answering is not to know.
            None if current.question.form.is_checked() => Some(Grade::Again),
            None => None,
        };
        current.answered = Some(Answered { given, judgement, proposed, next, at: at.now });
        Step::Shown
    }

    fn grade(&mut self, grade: Grade, at: &Moment) -> Step {
        let Some(current) = self.current.as_ref() else { return Step::Ignored };
        let Some(answered) = current.answered.as_ref() else { return Step::Ignored };
        let moment = self.later(at, current);
        let reviewing = self.rules.purpose == Purpose::Review;
        let state = self.outcomes(current, &moment).get(grade).state;
        let drawn = current.question.drawn.as_ref();
        let shuffled = current.question.form.is_checked();
        let answer = LoggedAnswer {
            purpose: self.rules.purpose,
            grade,
            quality: None,
            took_ms: u32::try_from(answered.at.ms_since(current.shown_at).clamp(0, MAX_TOOK_MS)).unwrap_or(0),
            verdict: answered.judgement.as_ref().map(|judgement| judgement.verdict),
            given: answered.given.as_ref().map(given_text),
            seed: shuffled.then_some(current.seed.0),
            version: drawn.map(|drawn| drawn.version),
            difficulty: drawn.map(|drawn| drawn.difficulty),
            interval: (reviewing && matches!(state.due, Due::On(_))).then_some(state.interval),
        };
        let took_ms = answer.took_ms;
        let mut events = vec![LogEvent::Answer(answer)];
        let mut after = current.record.clone();
        let mut notice = None;
        if reviewing {
            after.state = state;
            after.last_grade = Some(grade);
            if state.lapses > current.record.state.lapses && becomes_leech(state.lapses) {
                after.parked = true;
                events.push(LogEvent::Park);
                notice = Some(Notice::Leech { lapses: state.lapses });
            }
        }
        let mut tally = self.tally.clone();
        let share = answered.judgement.as_ref().map(|judgement| judgement.verdict.share());
        tally.add(current.queued.card, current.record.state.phase, grade, share, took_ms);
        let again = match state.due {
            Due::At(due) if reviewing && !after.parked => {
                Some(QueueCard { due_at: Some(due), new: false, early: false, ..current.queued.clone() })
            }
            _ => None,
        };
        self.record(events, after, tally, again, notice, reviewing, &moment)
    }

    fn mark(&mut self, event: LogEvent, notice: Notice, leaves: bool, at: &Moment) -> Step {
        let Some(current) = self.current.as_ref() else { return Step::Ignored };
        let moment = self.later(at, current);
        let mut after = current.record.clone();
        let entry = self.entry(current.queued.card, event.clone(), &moment, 0);
        after.step(self.scheduler(), &entry);
        if leaves {
            let tally = self.tally.clone();
            return self.record(vec![event], after, tally, None, Some(notice), true, &moment);
        }
        // The card stays: only its mark changes.
        let before = current.record.clone();
        let card = current.queued.card;
        let done = Done {
            queued: current.queued.clone(),
            from_learning: self.from_learning,
            entries: vec![entry.id],
            at: entry.at,
            tally: self.tally.clone(),
            siblings: Vec::new(),
        };
        self.entries_made += 1;
        self.pending = Some(Pending { done, again: None, notice: Some(notice), day: None });
        if let Some(current) = &mut self.current {
            current.record = after.clone();
        }
        Step::Record(Box::new(Record {
            card,
            entries: vec![entry],
            before,
            after,
            title: None,
            scheduled: true,
        }))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place where a record is made, from what its two callers know"
    )]
    fn record(
        &mut self,
        events: Vec<LogEvent>,
        after: CardRecord,
        tally: Tally,
        again: Option<QueueCard>,
        notice: Option<Notice>,
        scheduled: bool,
        at: &Moment,
    ) -> Step {
        let Some(current) = self.current.take() else { return Step::Ignored };
        let card = current.queued.card;
        let entries: Vec<LogEntry> = events
            .into_iter()
            .enumerate()
            .map(|(number, event)| self.entry(card, event, at, number as u64))
            .collect();
        self.entries_made += entries.len() as u64;
        let block = current.queued.block;
        let title = Some(current.loaded.card.kind.title());
        let siblings: Vec<QueueCard> = if scheduled {
            self.main.iter().filter(|other| other.block == block).cloned().collect()
        } else {
            Vec::new()
        };
        let done = Done {
            queued: current.queued,
            from_learning: self.from_learning,
            entries: entries.iter().map(|entry| entry.id).collect(),
            at: at.now,
            tally: std::mem::replace(&mut self.tally, tally),
            siblings,
        };
        let day = match after.state.due {
            Due::On(day) if scheduled => Some(day),
            _ => None,
        };
        self.pending = Some(Pending { done, again, notice, day });
        Step::Record(Box::new(Record { card, entries, before: current.record, after, title, scheduled }))
    }

    fn entry(&self, card: CardUid, event: LogEvent, at: &Moment, number: u64) -> LogEntry {
        let seed = self.rules.seed.derive("entry", self.entries_made + number);
        let seed = seed.derive("card", card.0.cast_unsigned());
        LogEntry {
            id: EntryId::drawn(at.now, seed),
            device: self.rules.device,
            card,
            at: at.now,
            day: at.today,
            event,
        }
    }

    /// Says that the record is on disk.
    pub fn committed(&mut self) {
        let Some(Pending { done, again, notice, day }) = self.pending.take() else { return };
        self.not_before(done.queued.card, Some(done.at));
        if notice.is_some() {
            self.notice = notice;
        }
        if self.current.is_some() {
            // Only a mark changed; the card is still being asked.
            self.done.push(done);
            return;
        }
        if let Some(day) = day {
            *self.load.entry(day).or_default() += 1;
        }
        // Siblings of a card that was answered wait for another day.
        self.main.retain(|card| !done.siblings.iter().any(|sibling| sibling.card == card.card));
        self.recent.push(done.queued.clone());
        if self.recent.len() > queue::APART {
            self.recent.remove(0);
        }
        self.learning.extend(again);
        self.done.push(done);
    }

    /// Says that nothing was written, because another session had answered the card: it is left out.
    pub fn refused(&mut self) {
        if let Some(Pending { done, .. }) = self.pending.take() {
            self.tally = done.tally;
            self.current = None;
            self.notice = Some(Notice::Elsewhere);
        }
    }

    fn undo(&mut self) -> Step {
        match self.done.last() {
            Some(done) => Step::Retract { card: done.queued.card, entries: done.entries.clone() },
            None if self.rules.purpose == Purpose::Review => Step::UndoEarlier,
            // Practice never touches a review.
            None => {
                self.notice = Some(Notice::NothingToUndo);
                Step::Shown
            }
        }
    }

    /// Says that the last thing of this session was taken back: its card is asked again.
    pub fn undone(&mut self, loaded: Loaded, record: CardRecord, at: &Moment) {
        let Some(done) = self.done.pop() else { return };
        self.tally = done.tally;
        self.learning.retain(|card| card.card != done.queued.card);
        for sibling in done.siblings.into_iter().rev() {
            self.main.push_front(sibling);
        }
        self.ask_again(done.queued, done.from_learning, loaded, record, at);
    }

    /// Says that something of an earlier session was taken back: its card is asked now.
    pub fn undone_earlier(&mut self, queued: QueueCard, loaded: Loaded, record: CardRecord, at: &Moment) {
        let _ = self.take(queued.card);
        self.ask_again(queued, false, loaded, record, at);
    }

    fn ask_again(
        &mut self,
        queued: QueueCard,
        from_learning: bool,
        loaded: Loaded,
        record: CardRecord,
        at: &Moment,
    ) {
        if let Some(current) = self.current.take()
            && current.queued.card != queued.card
        {
            if self.from_learning {
                self.learning.push(current.queued);
            } else {
                self.main.push_front(current.queued);
            }
        }
        self.recent.retain(|card| card.card != queued.card);
        self.over = false;
        self.from_learning = from_learning;
        self.show(queued, loaded, record, at);
        self.notice = Some(Notice::Undone);
    }
}

/// A thinking time above this says that the learner went away, not that the card is hard: ten minutes.
const MAX_TOOK_MS: i64 = 600_000;

/// Intervals longer than this are left where fuzz puts them: so far ahead, what is due now says little.
const FARTHEST_BALANCED: u32 = 400;

fn is_balanced(range: (u32, u32)) -> bool {
    range.1 <= FARTHEST_BALANCED
}

/// Keeps the buttons in order: a better grade never comes back sooner than a worse one, whatever the load.
fn in_order(next: &mut NextStates) {
    let at_least = |next: &mut NextState, least: u32| {
        if next.range.is_some() && next.state.interval < least {
            next.state = next.settle(least);
        }
    };
    let days = |next: &NextState| if matches!(next.state.due, Due::On(_)) { next.state.interval } else { 0 };
    let again = days(&next.again);
    at_least(&mut next.hard, again);
    let hard = days(&next.hard);
    at_least(&mut next.good, hard);
    let good = days(&next.good);
    at_least(&mut next.easy, good);
}

/// Tells whether a card of the main queue may still be asked: new, or due.
fn is_due(record: &CardRecord, at: &Moment) -> bool {
    match record.state.due {
        Due::New => true,
        Due::On(day) => day <= at.today,
        Due::At(_) => false,
    }
}

/// The grade that a verdict proposes: wrong is Again, partly is Hard, right is Good, or Easy when it took less than half
/// of the learner's own time.
fn propose(judgement: &Judgement, took_ms: i64, pace_ms: Option<u32>) -> Grade {
    match judgement.verdict {
        crate::review::Verdict::Wrong => Grade::Again,
        crate::review::Verdict::Partly(share) if share < 0.5 => Grade::Again,
        crate::review::Verdict::Partly(_) => Grade::Hard,
        crate::review::Verdict::Right => {
            if pace_ms.is_some_and(|pace| took_ms * 2 < i64::from(pace)) {
                Grade::Easy
            } else {
                Grade::Good
            }
        }
    }
}

/// Problems grow harder with the card's interval: under a week, under two months, beyond.
fn difficulty_for(record: &CardRecord) -> u8 {
    match (record.state.phase, record.state.interval) {
        (Phase::New | Phase::Learning, _) | (_, 0..7) => 0,
        (_, 7..60) => 1,
        _ => 2,
    }
}

/// An answer as the log keeps it: option and item numbers from 1, or the text.
#[must_use]
pub fn given_text(given: &Given) -> String {
    match given {
        Given::Text(text) => text.clone(),
        Given::Choice(places) | Given::Order(places) => {
            places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Returns the day on which a state is due, as far as days say it: learning cards count as the day of their instant.
#[must_use]
pub fn due_day(due: Due, at: &Moment) -> Option<Day> {
    match due {
        Due::New => None,
        Due::On(day) => Some(day),
        Due::At(instant) => {
            let ahead = instant.ms_since(at.now).max(0) / crate::time::DAY_MS;
            Some(at.today.plus(i32::try_from(ahead).unwrap_or(i32::MAX)))
        }
    }
}

#[cfg(test)]
mod tests;
