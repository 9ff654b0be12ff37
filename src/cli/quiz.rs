//! `retain quiz`: practice on the same cards; the schedule is left alone.

use super::review::{Choice, Mode, Sat, with_front};
use super::{Failure, Outcome};
use crate::app::App;
use crate::app::review::{Sitting, plan_of};
use crate::review::Purpose;
use crate::session::QueueCard;
use crate::session::queue::Order;

/// Practise cards without touching their schedule
///
/// Draws from the decks named, or from all; new cards too. What the machine can judge it judges; the rest you do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Decks, by name or file stem
    #[arg(value_name = "DECK")]
    names: Vec<String>,
    /// How many cards
    #[arg(short = 'n', long = "cards", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    cards: u32,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    mode: Mode,
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    app.refresh(&[])?;
    match sit(app, args)? {
        Sat::Home => super::home::screen(app),
        Sat::Left => Ok(()),
    }
}

fn sit(app: &mut App, args: &Args) -> Result<Sat, Failure> {
    let wanted = args.choice.wanted(&args.names, Order::Random);
    let cards = app.quiz_cards(&wanted, args.cards)?;
    practise(app, cards, args.mode)
}

fn practise(app: &mut App, cards: Vec<QueueCard>, mode: Mode) -> Result<Sat, Failure> {
    if cards.is_empty() {
        return Err(Failure::no("there is no card to practise").hint("`retain deck list` names the decks"));
    }
    let sitting = Sitting { purpose: Purpose::Quiz, limit: None, minutes: None };
    let mut session = app.begin(plan_of(cards), sitting)?;
    with_front(app, &mut session, mode)
}

/// A quiz from the home screen: twenty cards from everything that was begun.
pub(super) fn from_home(app: &mut App) -> Result<Sat, Failure> {
    let cards = app.begun_cards(20)?;
    practise(app, cards, Mode::default())
}
