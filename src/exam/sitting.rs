//! A sitting as a state machine: answers in, records out. No peeking and no undo: nothing is told until it is over, and
//! an answer that was given stands.
//! [`Sitting::step`] is pure; `app/exam.rs` saves the record before the next frame is drawn, then says
//! [`Sitting::committed`]. Not for keys, screens or storage; not for what it all comes to (`outcome.rs`).

use super::{Confidence, Item, Marked, Paper, Rules, Stop};
use crate::card::{Given, Question};
use crate::grading::judge;
use crate::progress::sprt::{Decision, Plan, Sprt};
use crate::session::Loaded;
use crate::time::{Moment, Timestamp};

/// Why an exam is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The matter is settled, or all items of a fixed exam were answered.
    Settled,
    /// There was no item left to ask.
    Exhausted,
    /// The time was up.
    TimeUp,
    /// The learner left for good.
    Left,
}

impl Ending {
    /// Returns the word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Exhausted => "exhausted",
            Self::TimeUp => "time",
            Self::Left => "left",
        }
    }

    /// Returns the ending of a word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Settled, Self::Exhausted, Self::TimeUp, Self::Left]
            .into_iter()
            .find(|ending| ending.name() == name)
    }
}

/// The item being asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which item of the paper.
    pub item: Item,
    /// Its card.
    pub loaded: Loaded,
    /// The question as put.
    pub question: Question,
    /// When it was shown.
    pub shown_at: Timestamp,
    /// The answer that waits for its confidence.
    pub given: Option<Answer>,
}

/// An answer before it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was given; `None` for "I do not know".
    pub given: Option<Given>,
    /// Time from question to answer, in milliseconds.
    pub took_ms: u64,
}

/// What a learner, or the world, does to a sitting.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Give an answer.
    Answer(Given),
    /// Give none: it counts as wrong.
    Pass,
    /// Say how sure one is of the answer given.
    Confidence(Confidence),
    /// Look at the clock.
    Tick,
    /// Leave for good: the exam is over.
    Leave,
}

/// What a step asks of the caller.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an answer that is not recorded is lost"]
pub enum Step {
    /// Nothing but a new frame.
    Shown,
    /// The event means nothing now.
    Ignored,
    /// Save this, then say [`Sitting::committed`].
    Record(Box<Recorded>),
    /// The exam is over.
    Over(Ending),
}

/// An answer to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The item.
    pub item: Item,
    /// How it was marked.
    pub marked: Marked,
    /// What was given; `None` when the learner did not know.
    pub given: Option<Given>,
    /// The known mistake behind a wrong answer.
    pub mistake: Option<String>,
}

/// Where a sitting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    At { section: usize, index: usize },
    Over(Ending),
}

/// A sitting.
pub struct Sitting {
    rules: Rules,
    paper: Paper,
    test: Option<Sprt>,
    marked: Vec<Marked>,
    asked: Option<Asked>,
    ended: Option<Ending>,
}

impl Sitting {
    /// Begins a sitting, or goes on with one: `marked` are the answers so far, in order.
    ///
    /// # Errors
    /// Says which value of the rules makes no sense.
    pub fn new(rules: Rules, paper: Paper, marked: Vec<Marked>) -> Result<Self, &'static str> {
        let test = test_of(&rules.stop, paper.sections.len())?;
        Ok(Self { rules, paper, test, marked, asked: None, ended: None })
    }

    /// Returns how it is run.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the paper.
    #[must_use]
    pub fn paper(&self) -> &Paper {
        &self.paper
    }

    /// Returns the answers so far.
    #[must_use]
    pub fn marked(&self) -> &[Marked] {
        &self.marked
    }

    /// Returns the item being asked.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    /// Returns why it is over; `None` while it is not.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.ended.or(match self.place() {
            Place::Over(ending) => Some(ending),
            Place::At { .. } => None,
        })
    }

    /// Returns the item to be put next; `None` while one is being asked, and when it is over.
    #[must_use]
    pub fn wanted(&self) -> Option<&Item> {
        if self.asked.is_some() || self.ended.is_some() {
            return None;
        }
        match self.place() {
            Place::At { section, index } => self.paper.sections.get(section)?.items.get(index),
            Place::Over(_) => None,
        }
    }

    /// Puts the item that [`Sitting::wanted`] named.
    pub fn present(&mut self, loaded: Loaded, question: Question, at: &Moment) {
        if let Some(item) = self.wanted().cloned() {
            self.asked = Some(Asked { item, loaded, question, shown_at: at.now, given: None });
        }
    }

    /// Leaves out the item that is wanted, because its card is no longer there: a record to save like an answer.
    #[must_use]
    pub fn void(&mut self) -> Option<Recorded> {
        let item = self.wanted().cloned()?;
        let marked = Marked { number: item.number, share: None, confidence: None, took_ms: 0 };
        Some(Recorded { item, marked, given: None, mistake: None })
    }

    /// Decides what an event means.
    pub fn step(&mut self, event: Event, at: &Moment) -> Step {
        if let Some(ending) = self.ending() {
            return Step::Over(ending);
        }
        if self.rules.time_ms.is_some_and(|time| self.elapsed_ms(at.now) >= time) {
            self.asked = None;
            self.ended = Some(Ending::TimeUp);
            return Step::Over(Ending::TimeUp);
        }
        match event {
            Event::Tick => Step::Shown,
            Event::Leave => {
                self.asked = None;
                self.ended = Some(Ending::Left);
                Step::Over(Ending::Left)
            }
            Event::Answer(given) => self.answer(Some(given), at),
            Event::Pass => self.answer(None, at),
            Event::Confidence(confidence) => {
                let Some(answer) = self.asked.as_ref().and_then(|asked| asked.given.clone()) else {
                    return Step::Ignored;
                };
                self.record(answer, Some(confidence))
            }
        }
    }

    fn answer(&mut self, given: Option<Given>, at: &Moment) -> Step {
        let asks = self.rules.confidence;
        let Some(asked) = self.asked.as_mut().filter(|asked| asked.given.is_none()) else {
            return Step::Ignored;
        };
        if given.as_ref().is_some_and(|given| judge(&asked.question, given).is_none()) {
            return Step::Ignored;
        }
        let took_ms = u64::try_from(at.now.ms_since(asked.shown_at)).unwrap_or(0);
        let answer = Answer { given, took_ms };
        // Who does not know has said how sure they are.
        if asks && answer.given.is_some() {
            asked.given = Some(answer);
            return Step::Shown;
        }
        self.record(answer, None)
    }

    fn record(&self, answer: Answer, confidence: Option<Confidence>) -> Step {
        let Some(asked) = &self.asked else { return Step::Ignored };
        let judgement = answer.given.as_ref().and_then(|given| judge(&asked.question, given));
        let share = judgement.as_ref().map_or(0.0, |judgement| judgement.verdict.share());
        Step::Record(Box::new(Recorded {
            item: asked.item.clone(),
            marked: Marked {
                number: asked.item.number,
                share: Some(share),
                confidence,
                took_ms: answer.took_ms,
            },
            given: answer.given,
            mistake: judgement.and_then(|judgement| judgement.mistake),
        }))
    }

    /// Takes note that a record is on disk, and goes on to the next item.
    pub fn committed(&mut self, recorded: &Recorded) {
        self.marked.push(recorded.marked.clone());
        self.asked = None;
    }

    /// Returns the time spent so far: that of the answers, and of the item being asked. Time away does not count.
    #[must_use]
    pub fn elapsed_ms(&self, now: Timestamp) -> u64 {
        let before: u64 = self.marked.iter().map(|marked| marked.took_ms).sum();
        let here = self.asked.as_ref().map_or(0, |asked| match &asked.given {
            Some(answer) => answer.took_ms,
            None => u64::try_from(now.ms_since(asked.shown_at)).unwrap_or(0),
        });
        before + here
    }

    /// Returns the time left; `None` without a limit.
    #[must_use]
    pub fn left_ms(&self, now: Timestamp) -> Option<u64> {
        self.rules.time_ms.map(|time| time.saturating_sub(self.elapsed_ms(now)))
    }

    /// Returns the number of the present item among those asked, and the most that can come in all.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let counted = self.marked.iter().filter(|marked| marked.share.is_some()).count();
        let rounds = rounds(self.paper.sections.len());
        let longest = self.paper.sections.iter().map(|section| section.items.len()).max().unwrap_or(0);
        (counted + 1, (longest * rounds).max(counted))
    }

    /// Returns the fewest items that it takes in all; of an exam of fixed length as many as the most.
    #[must_use]
    pub fn fewest(&self) -> usize {
        match self.rules.stop {
            Stop::Sequential(plan) => {
                (plan.min as usize * rounds(self.paper.sections.len())).min(self.progress().1)
            }
            Stop::Fixed { .. } => self.progress().1,
        }
    }

    /// Returns the test that decides a section; `None` for an exam of fixed length.
    #[must_use]
    pub fn test(&self) -> Option<&Sprt> {
        self.test.as_ref()
    }

    fn place(&self) -> Place {
        if let [_] = self.paper.sections.as_slice() {
            return match self.section(0) {
                (_, None, index) => Place::At { section: 0, index },
                (_, Some(ending), _) => Place::Over(ending),
            };
        }
        let found = search(self.paper.sections.len(), |section| match self.section(section) {
            (decision, Some(_), _) => Some(decision),
            (_, None, _) => None,
        });
        match found {
            Found::Asking(section) => Place::At { section, index: self.section(section).2 },
            Found::Placed(_) => Place::Over(Ending::Settled),
        }
    }

    /// How a section stands: what it comes to now, whether and why it is over, and its next item.
    fn section(&self, section: usize) -> (Decision, Option<Ending>, usize) {
        let items =
            self.paper.sections.get(section).map(|section| section.items.as_slice()).unwrap_or_default();
        let (mut right, mut counted, mut index) = (0, 0, 0);
        for item in items {
            let Some(marked) = self.marked.iter().find(|marked| marked.number == item.number) else { break };
            index += 1;
            counted += u32::from(marked.share.is_some());
            right += u32::from(marked.is_right());
        }
        let decided = match (&self.test, self.rules.stop) {
            (Some(test), _) => test.decide(right, counted),
            (None, Stop::Fixed { items, needed }) if counted >= items => {
                Some(if right >= needed { Decision::Pass } else { Decision::Fail })
            }
            (None, _) => None,
        };
        match decided {
            Some(decision) => (decision, Some(Ending::Settled), index),
            None => {
                let ending = (index >= items.len()).then_some(Ending::Exhausted);
                (self.cut_short(right, counted), ending, index)
            }
        }
    }

    /// What a section comes to that ends before it is settled.
    fn cut_short(&self, right: u32, counted: u32) -> Decision {
        match (&self.test, self.rules.stop) {
            (Some(test), _) if counted >= test.plan().min => test.nearer(right, counted),
            (None, Stop::Fixed { needed, .. }) if right >= needed => Decision::Pass,
            _ => Decision::Fail,
        }
    }

    /// Returns what it comes to: for an exam whether it is passed; for a placement how many levels, lowest first.
    ///
    /// Who leaves for good has not passed, whatever was answered.
    #[must_use]
    pub fn levels_passed(&self) -> usize {
        let left = self.ended == Some(Ending::Left);
        if let [_] = self.paper.sections.as_slice() {
            return usize::from(!left && self.section(0).0 == Decision::Pass);
        }
        // A placement that was cut short keeps what was settled before.
        let found = search(self.paper.sections.len(), |section| match self.section(section) {
            (decision, Some(_), _) => Some(decision),
            (_, None, _) => Some(Decision::Fail),
        });
        match found {
            Found::Placed(levels) => levels,
            Found::Asking(_) => 0,
        }
    }
}

/// The test that decides a section; `None` for a fixed length.
///
/// A placement decides several times, and each wrong decision can misplace: the errors are divided among them, and the
/// last item moves out, since the cut would cost more of a smaller error.
pub(super) fn test_of(stop: &Stop, sections: usize) -> Result<Option<Sprt>, &'static str> {
    match *stop {
        Stop::Fixed { items, needed } if items == 0 || needed > items => {
            Err("a fixed exam has at least one item, and no more are needed than there are")
        }
        Stop::Fixed { .. } => Ok(None),
        Stop::Sequential(plan) => {
            let parts = rounds(sections).max(1) as f64;
            let (alpha, beta) = (plan.alpha / parts, plan.beta / parts);
            Sprt::new(Plan { alpha, beta, max: stop.most_of(sections), ..plan }).map(Some)
        }
    }
}

/// How many sections a sitting goes through at most: one, or as many as halving takes.
fn rounds(sections: usize) -> usize {
    if sections <= 1 { sections } else { (sections.ilog2() + 1) as usize }
}

enum Found {
    /// The section to be asked.
    Asking(usize),
    /// The number of sections passed, lowest first.
    Placed(usize),
}

/// Finds the highest section passed by halving: who passes one is taken to pass those below it.
fn search(sections: usize, decided: impl Fn(usize) -> Option<Decision>) -> Found {
    let (mut low, mut high) = (0, sections);
    while low < high {
        let middle = (low + high).div_ceil(2);
        match decided(middle - 1) {
            None => return Found::Asking(middle - 1),
            Some(Decision::Pass) => low = middle,
            Some(Decision::Fail) => high = middle - 1,
        }
    }
    Found::Placed(low)
}

#[cfg(test)]
mod tests;
