//! Statistics: gathers what `view/stats.rs` draws and `stats --json` prints.
//! Not for the folds themselves (`progress/stats.rs`).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{App, Result};
use crate::card::Level;
use crate::progress::stats::Stats;
use crate::progress::streak;
use crate::review::LogEvent;
use crate::schedule::Memory;
use crate::schedule::sm2::EASE_FLOOR;
use crate::store::{DeckCount, LogFilter};
use crate::time::Moment;
use crate::view::stats::{HardRow, MaturityRow, RetentionRow, Share, StatsView};

/// Days ahead that are forecast.
const FORECAST_DAYS: usize = 30;
/// Days back over which time is shown.
const TIME_DAYS: i32 = 30;
/// Cards listed as the hardest.
const HARDEST: usize = 10;

/// Chances of recall of some cards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// Their sum: how many of them would be recalled now.
    pub sum: f64,
    /// How many cards they are.
    pub cards: u32,
}

impl Known {
    /// Returns the share that would be recalled, `0.0..=1.0`; `None` without a card.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.cards > 0).then(|| self.sum / f64::from(self.cards))
    }
}

impl App {
    /// Gathers the statistics.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn stats(&self, at: &Moment) -> Result<StatsView> {
        let mut stats = Stats::new(self.retracted_entries()?);
        self.store.for_each_entry(LogFilter::default(), |entry| {
            if matches!(entry.event, LogEvent::Answer(_)) {
                stats.add(&entry);
            }
        })?;
        let work = stats.days.get(&at.today).copied().unwrap_or_default();
        let days: Vec<_> = stats
            .days
            .iter()
            .map(|(&day, work)| (day, u32::try_from(work.answers).unwrap_or(u32::MAX)))
            .collect();
        let (now, longest) = streak(&days, at.today);
        let since_first = days.first().map_or(0, |&(first, _)| at.today.days_since(first) + 1);
        let retention = [("7 days", 7), ("30 days", 30), ("year", 365), ("ever", i32::MAX / 2)]
            .into_iter()
            .map(|(period, back)| {
                let retention = stats.retention_since(at.today.plus(1 - back));
                RetentionRow {
                    period: period.to_owned(),
                    all: Share::new(retention.all.0, retention.all.1),
                    mature: Share::new(retention.mature.0, retention.mature.1),
                }
            })
            .collect();
        let time = (0..TIME_DAYS)
            .rev()
            .map(|back| stats.days.get(&at.today.plus(-back)).map_or(0, |work| work.took_ms))
            .collect();
        Ok(StatsView {
            today: at.today,
            answers_today: work.answers,
            new_today: work.new,
            took_today_ms: work.took_ms,
            again_today: Share::new(work.again, work.answers),
            streak: now,
            longest_streak: longest,
            days_studied: Share::new(days.len(), usize::try_from(since_first).unwrap_or(0)),
            retention,
            maturity: self.maturity(at)?,
            forecast: self.store.forecast(at, FORECAST_DAYS)?,
            days: stats.days.iter().map(|(&day, work)| (day, work.answers)).collect(),
            time,
            time_ever_ms: stats.days.values().map(|work| work.took_ms).sum(),
            at_floor: self.at_floor()?,
            known: self.known(at)?,
            hardest: self.hardest(&stats)?,
        })
    }

    fn maturity(&self, at: &Moment) -> Result<Vec<MaturityRow>> {
        let decks = self.store.decks()?;
        let counts = self.store.deck_counts(at)?;
        let row = |name: &str, total: bool, counts: &[&DeckCount]| {
            let sum = |field: fn(&DeckCount) -> u32| counts.iter().map(|count| field(count) as usize).sum();
            MaturityRow {
                name: name.to_owned(),
                total,
                new: sum(|count| count.new),
                young: sum(|count| count.learning + count.young),
                mature: sum(|count| count.mature),
                suspended: sum(|count| count.aside),
            }
        };
        let all: Vec<&DeckCount> = counts.iter().collect();
        let mut rows = vec![row("all", true, &all)];
        let deck_of = |count: &DeckCount| decks.iter().find(|deck| deck.id == count.deck);
        for level in Level::ALL.into_iter().map(Some).chain([None]) {
            let of_level: Vec<&DeckCount> = counts
                .iter()
                .filter(|count| deck_of(count).is_some_and(|deck| deck.head.level == level))
                .collect();
            // A deck that was never opened says nothing here.
            let begun = |count: &DeckCount| count.learning + count.young + count.mature + count.aside > 0;
            if of_level.is_empty() {
                continue;
            }
            rows.push(row(level.map_or("own decks", Level::name), true, &of_level));
            for count in of_level.iter().filter(|count| begun(count)) {
                let name = deck_of(count).map_or("", |deck| deck.head.name.as_str());
                rows.push(row(name, false, &[count]));
            }
        }
        Ok(rows)
    }

    /// Cards whose ease lies on its floor: what is called ease hell when they are many.
    fn at_floor(&self) -> Result<Share> {
        let mut share = (0, 0);
        for record in self.store.all_records()?.values() {
            let on_floor = match record.state.memory {
                Memory::Ease { permille } => permille <= EASE_FLOOR,
                Memory::Sm2 { hundredths, .. } => hundredths * 10 <= EASE_FLOOR,
                Memory::None | Memory::Fsrs { .. } => continue,
            };
            share.0 += usize::from(on_floor);
            share.1 += 1;
        }
        Ok(Share::new(share.0, share.1))
    }

    /// The mean chance of recall now, and by whose reckoning.
    fn known(&self, at: &Moment) -> Result<Option<(f64, String)>> {
        let (by_deck, who) = self.known_by_deck(at)?;
        let (sum, count) =
            by_deck.values().fold((0.0, 0), |(sum, count), known| (sum + known.sum, count + known.cards));
        Ok((count > 0).then(|| (sum / f64::from(count), who.to_owned())))
    }

    /// Returns the chances of recall now of the cards begun, by deck, and by whose reckoning: the best predictor on this
    /// log, else the schedulers themselves.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn known_by_deck(&self, at: &Moment) -> Result<(HashMap<i64, Known>, &'static str)> {
        let foresight = self.foresight()?;
        let schedulers = self.schedulers()?;
        let decks = self.store.deck_of_cards()?;
        let mut by_deck: HashMap<i64, Known> = HashMap::new();
        for (card, record) in self.store.all_records()? {
            let Some(&deck) = decks.get(&card) else { continue };
            let recall = match &foresight {
                Some(foresight) => foresight.recall(card, at),
                None => schedulers.of(Some(deck)).retrievability(&record.state, at),
            };
            if let Some(recall) = recall {
                let known = by_deck.entry(deck).or_default();
                known.sum += recall;
                known.cards += 1;
            }
        }
        let who = if foresight.is_some() { "blend" } else { schedulers.of(None).name() };
        Ok((by_deck, who))
    }

    fn hardest(&self, stats: &Stats) -> Result<Vec<HardRow>> {
        let mut cards: Vec<_> = stats.cards.iter().filter(|(_, hard)| hard.again >= 2).collect();
        cards.sort_by_key(|(uid, hard)| (std::cmp::Reverse(hard.again), uid.0));
        let mut rows = Vec::new();
        for (&uid, hard) in cards.into_iter().take(HARDEST * 2) {
            let Some(card) = self.store.card(uid)?.filter(|card| card.present) else { continue };
            let deck = self.store.deck(card.deck)?;
            rows.push(HardRow {
                title: card.title,
                deck: deck.map(|deck| deck.head.name).unwrap_or_default(),
                lapses: self.store.record(uid)?.map_or(0, |record| record.state.lapses as usize),
                again: Share::new(hard.again, hard.answers),
            });
            if rows.len() == HARDEST {
                break;
            }
        }
        Ok(rows)
    }
}

/// The statistics as data.
#[must_use]
pub fn stats_json(view: &StatsView) -> Value {
    let share = |share: &Share| {
        json!({ "part": share.part, "whole": share.whole,
                "share": (share.whole > 0).then(|| share.part as f64 / share.whole as f64) })
    };
    let days: serde_json::Map<String, Value> =
        view.days.iter().map(|(day, count)| (day.to_string(), json!(count))).collect();
    json!({
        "day": view.today.to_string(),
        "today": {
            "answers": view.answers_today, "new": view.new_today, "took_ms": view.took_today_ms,
            "again": share(&view.again_today),
        },
        "streak_days": view.streak,
        "longest_streak_days": view.longest_streak,
        "days_studied": share(&view.days_studied),
        "retention": view.retention.iter().map(|row| json!({
            "period": row.period, "all": share(&row.all), "interval_21_days_or_more": share(&row.mature),
        })).collect::<Vec<_>>(),
        "maturity": view.maturity.iter().map(|row| json!({
            "name": row.name, "group": row.total, "new": row.new, "young": row.young, "mature": row.mature,
            "set_aside": row.suspended,
        })).collect::<Vec<_>>(),
        "forecast": view.forecast,
        "answers_by_day": days,
        "cards_at_ease_floor": share(&view.at_floor),
        "known_now": view.known.as_ref().map(|(share, who)| json!({ "share": share, "predictor": who })),
        "took_ms_last_30_days": view.time,
        "took_ms_ever": view.time_ever_ms,
        "hardest": view.hardest.iter().map(|row| json!({
            "title": row.title, "deck": row.deck, "lapses": row.lapses, "again": share(&row.again),
        })).collect::<Vec<_>>(),
    })
}
