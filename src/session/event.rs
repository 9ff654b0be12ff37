//! What goes into a session and what comes out: events, steps, records, notices.
//! Not for what they do (`answer.rs`, `record.rs`).

use crate::card::{CardUid, Given};
use crate::review::{EntryId, Grade, LogEntry};
use crate::schedule::replay::CardRecord;

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
    /// Save this, then say [`Session::committed`](super::Session::committed) or
    /// [`Session::refused`](super::Session::refused).
    Record(Box<Record>),
    /// Take these entries of a card back, then say [`Session::undone`](super::Session::undone).
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
