//! Many slots, found by tenant or user.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::time::Instant;

use super::Slot;

/// A slot for each key; when there are many, those without a token that works are forgotten.
pub(crate) struct Slots<K, S>(RwLock<State<K, S>>);

struct State<K, S> {
    slots: HashMap<K, Arc<S>>,
    /// At this number of slots, idle ones are looked for.
    sweep_at: usize,
    last_sweep: Instant,
}

/// Fewer slots are not worth a search for idle ones.
const FEW: usize = 1024;

/// Idle slots among many are looked for this often, even if no new ones come.
const SWEEP_PERIOD: Duration = Duration::from_secs(10 * 60);

impl<K, S> State<K, S> {
    fn is_sweep_overdue(&self) -> bool {
        self.slots.len() >= FEW && self.last_sweep.elapsed() >= SWEEP_PERIOD
    }
}

impl<K: Clone + Eq + Hash, S: Default + AsRef<Slot>> Slots<K, S> {
    pub(crate) fn new() -> Self {
        Slots(RwLock::new(State { slots: HashMap::new(), sweep_at: FEW, last_sweep: Instant::now() }))
    }

    /// The slot of this key, a new one if there is none.
    pub(crate) fn get(&self, key: &K) -> Arc<S> {
        let state = self.read();
        // A clone keeps the slot through a sweep.
        let known = state.slots.get(key).cloned();
        let is_sweep_overdue = state.is_sweep_overdue();
        drop(state);
        if let (Some(slot), false) = (&known, is_sweep_overdue) {
            return slot.clone();
        }
        let mut state = self.write();
        if state.slots.len() >= state.sweep_at || state.is_sweep_overdue() {
            // A slot that is in use right now has more than one owner.
            state.slots.retain(|_, slot| Arc::strong_count(slot) > 1 || (**slot).as_ref().has_usable());
            state.sweep_at = FEW.max(2 * state.slots.len());
            state.last_sweep = Instant::now();
        }
        state.slots.entry(key.clone()).or_default().clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, State<K, S>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<K, S>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Token;

    fn with_token(slots: &Slots<usize, Slot>, key: usize) {
        slots.get(&key).keep(Token::new("t-1", Duration::from_secs(60)).unwrap(), 0);
    }

    #[test]
    fn idle_slots_are_forgotten_when_there_are_many() {
        let slots = Slots::<usize, Slot>::new();
        let used = slots.get(&0);
        with_token(&slots, 1);
        for key in 2..=FEW {
            slots.get(&key);
        }
        assert_eq!(slots.read().slots.len(), 3);
        assert!(Arc::ptr_eq(&used, &slots.get(&0)));
        assert!(slots.get(&1).has_usable());
    }

    #[tokio::test(start_paused = true)]
    async fn slots_of_expired_tokens_are_forgotten_though_no_new_ones_come() {
        let slots = Slots::<usize, Slot>::new();
        for key in 0..2 * FEW {
            with_token(&slots, key);
        }
        tokio::time::advance(SWEEP_PERIOD).await;
        let known = slots.get(&0);
        assert_eq!(slots.read().slots.len(), 1);
        assert!(Arc::ptr_eq(&known, &slots.get(&0)));
    }
}
