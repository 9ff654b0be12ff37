//! The clock: the one place that reads the real time, and its stand-ins.
//! Not for days and spans (`time.rs`).

use std::cell::Cell;

use crate::time::{DayStart, Moment, Timestamp, ZoneOffset};

/// Tells the time, and the zone in force at an instant.
pub trait Clock {
    /// Returns the present instant.
    fn now(&self) -> Timestamp;

    /// Returns the zone in force at an instant.
    fn zone(&self, at: Timestamp) -> ZoneOffset;

    /// Returns the present moment.
    fn moment(&self, start: DayStart) -> Moment {
        let now = self.now();
        Moment::new(now, self.zone(now), start)
    }
}

/// The system's clock and zone.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the real time")]
    fn now(&self) -> Timestamp {
        Timestamp(chrono::Utc::now().timestamp_millis())
    }

    fn zone(&self, at: Timestamp) -> ZoneOffset {
        use chrono::{DateTime, Local, Offset as _, TimeZone as _};
        let utc = DateTime::from_timestamp_millis(at.0).unwrap_or(DateTime::UNIX_EPOCH).naive_utc();
        ZoneOffset { seconds_east: Local.offset_from_utc_datetime(&utc).fix().local_minus_utc() }
    }
}

/// A clock that stands still, or moves on by a fixed step at each reading: for tests and demonstrations.
#[derive(Debug)]
pub struct SteppingClock {
    now: Cell<Timestamp>,
    step_ms: i64,
    zone: ZoneOffset,
}

impl SteppingClock {
    /// Starts at an instant; each reading after the first is `step_ms` later.
    #[must_use]
    pub fn new(now: Timestamp, zone: ZoneOffset, step_ms: i64) -> Self {
        Self { now: Cell::new(now), step_ms, zone }
    }

    /// Moves on by some milliseconds.
    pub fn pass(&self, ms: i64) {
        self.now.set(self.now.get().plus_ms(ms));
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        let now = self.now.get();
        self.now.set(now.plus_ms(self.step_ms));
        now
    }

    fn zone(&self, _: Timestamp) -> ZoneOffset {
        self.zone
    }
}

impl<C: Clock + ?Sized> Clock for std::rc::Rc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn zone(&self, at: Timestamp) -> ZoneOffset {
        (**self).zone(at)
    }
}
