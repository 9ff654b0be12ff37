//! Time as data: instants, study days, spans, and the hour at which a study day turns.
//! Not for reading the clock: `app/clock.rs` is the one place that does.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeZone, Utc};

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the instant `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Returns the milliseconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Parses RFC 3339, as in `2026-11-24T07:00:00+01:00`.
    ///
    /// # Errors
    /// Returns chrono's description when the text is no RFC 3339 instant.
    pub fn parse_rfc3339(text: &str) -> Result<(Self, ZoneOffset), chrono::ParseError> {
        let at = DateTime::parse_from_rfc3339(text)?;
        Ok((Self(at.timestamp_millis()), ZoneOffset { seconds_east: at.offset().local_minus_utc() }))
    }

    /// Writes RFC 3339 in the given zone, to the millisecond, without fraction where it is zero.
    #[must_use]
    pub fn to_rfc3339(self, zone: ZoneOffset) -> String {
        let format =
            if self.0.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.3f%:z" };
        zone.local(self).format(format).to_string()
    }
}

/// A zone's distance from UTC at one instant, in seconds, positive to the east.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneOffset {
    /// Seconds east of UTC, within a day either way.
    pub seconds_east: i32,
}

impl ZoneOffset {
    /// UTC itself.
    pub const UTC: Self = Self { seconds_east: 0 };

    /// Returns the wall-clock time of `at` in this zone.
    #[must_use]
    pub fn local(self, at: Timestamp) -> DateTime<FixedOffset> {
        let offset = FixedOffset::east_opt(self.seconds_east).unwrap_or_else(|| Utc.fix_utc());
        let at = DateTime::from_timestamp_millis(at.0).unwrap_or(DateTime::UNIX_EPOCH);
        offset.from_utc_datetime(&at.naive_utc())
    }
}

/// Gives `Utc` as a fixed offset; chrono has no constant for it.
trait FixUtc {
    fn fix_utc(&self) -> FixedOffset;
}

impl FixUtc for Utc {
    fn fix_utc(&self) -> FixedOffset {
        chrono::Offset::fix(self)
    }
}

/// A study day: whole days since 1970-01-01, counted on the learner's wall clock and turning at [`DayStart`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Day(pub i32);

impl Day {
    /// Returns the study day of an instant, from the zone in force then and the hour at which a day turns.
    #[must_use]
    pub fn of(at: Timestamp, zone: ZoneOffset, start: DayStart) -> Self {
        let local = at.0.saturating_add(i64::from(zone.seconds_east) * 1000);
        let shifted = local.saturating_sub(i64::from(start.minutes) * 60_000);
        Self(i32::try_from(shifted.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }

    /// Returns the instant at which this study day begins, in the given zone.
    #[must_use]
    pub fn begins(self, zone: ZoneOffset, start: DayStart) -> Timestamp {
        Timestamp(
            i64::from(self.0) * DAY_MS + i64::from(start.minutes) * 60_000
                - i64::from(zone.seconds_east) * 1000,
        )
    }

    /// Returns the day `days` later (earlier when negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns the days from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the calendar date on which this study day begins.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or(NaiveDate::MIN)
    }

    /// Returns the study day that begins on a calendar date.
    #[must_use]
    pub fn from_date(date: NaiveDate) -> Self {
        Self(date.to_epoch_days())
    }

    /// Returns the weekday on which this study day begins: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        u8::try_from(self.date().weekday().num_days_from_monday()).unwrap_or(0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date().format("%Y-%m-%d"))
    }
}

/// The wall-clock time at which a study day turns, in minutes after local midnight, `0..1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayStart {
    /// Minutes after midnight.
    pub minutes: u16,
}

impl DayStart {
    /// Four in the morning: whoever studies past midnight is still in the same day.
    pub const DEFAULT: Self = Self { minutes: 240 };

    /// Parses `HH:MM`, `00:00` to `23:59`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(hours) || !digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(Self { minutes: hours * 60 + minutes })
    }
}

impl Default for DayStart {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for DayStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// One reading of the clock with all that follows from it: what pure code gets in place of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub now: Timestamp,
    /// The study day in which it lies.
    pub today: Day,
    /// The zone in force.
    pub zone: ZoneOffset,
}

impl Moment {
    /// Builds a moment from a reading of the clock.
    #[must_use]
    pub fn new(now: Timestamp, zone: ZoneOffset, start: DayStart) -> Self {
        Self { now, today: Day::of(now, zone, start), zone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> String {
        let (at, zone) = Timestamp::parse_rfc3339(text).unwrap();
        Day::of(at, zone, DayStart::DEFAULT).to_string()
    }

    #[test]
    fn a_day_turns_at_four_in_the_morning_local_time() {
        assert_eq!(day("2026-11-24T03:59:59+01:00"), "2026-11-23");
        assert_eq!(day("2026-11-24T04:00:00+01:00"), "2026-11-24");
        assert_eq!(day("2026-11-24T23:30:00-08:00"), "2026-11-24");
        assert_eq!(day("1969-12-31T12:00:00Z"), "1969-12-31");
    }

    #[test]
    fn the_night_of_a_clock_change_belongs_to_one_day_on_each_side_of_four() {
        // Central Europe, 2026-10-25: 03:00 +02:00 becomes 02:00 +01:00, so 02:30 happens twice.
        assert_eq!(day("2026-10-25T02:30:00+02:00"), "2026-10-24");
        assert_eq!(day("2026-10-25T02:30:00+01:00"), "2026-10-24");
        assert_eq!(day("2026-10-25T04:00:00+01:00"), "2026-10-25");
    }

    #[test]
    fn the_beginning_of_a_day_lies_in_it_and_the_instant_before_does_not() {
        for seconds_east in [-43_200, -12_600, 0, 3_600, 20_700, 50_400] {
            let zone = ZoneOffset { seconds_east };
            for number in [-1, 0, 20_000, 20_781] {
                let begins = Day(number).begins(zone, DayStart::DEFAULT);
                assert_eq!(Day::of(begins, zone, DayStart::DEFAULT), Day(number));
                assert_eq!(Day::of(begins.plus_ms(-1), zone, DayStart::DEFAULT), Day(number - 1));
            }
        }
    }

    #[test]
    fn day_start_takes_only_a_time_of_day() {
        assert_eq!(DayStart::parse("04:00"), Some(DayStart::DEFAULT));
        assert_eq!(DayStart::parse("23:59").map(|start| start.to_string()).as_deref(), Some("23:59"));
        for bad in ["24:00", "4:00", "04:60", "0400", "", "04:0x", "-4:00"] {
            assert_eq!(DayStart::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn instants_are_written_as_they_are_read() {
        for text in ["2026-11-24T07:00:00+01:00", "2026-11-24T07:00:00.250-05:30"] {
            let (at, zone) = Timestamp::parse_rfc3339(text).unwrap();
            assert_eq!(at.to_rfc3339(zone), text);
        }
    }
}
