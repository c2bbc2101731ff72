//! Many slots, found by tenant or user.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use super::Slot;

/// A slot for each key; when there are many, those without a token that works are forgotten.
pub(crate) struct Slots<K, S>(RwLock<State<K, S>>);

struct State<K, S> {
    slots: HashMap<K, Arc<S>>,
    /// When there are so many, idle ones are looked for.
    sweep_at: usize,
}

/// So few slots are not worth a search for idle ones.
const FEW: usize = 1024;

impl<K: Clone + Eq + Hash, S: Default + AsRef<Slot>> Slots<K, S> {
    pub(crate) fn new() -> Self {
        Slots(RwLock::new(State { slots: HashMap::new(), sweep_at: FEW }))
    }

    /// The slot of this key, a new one if there is none.
    pub(crate) fn get(&self, key: &K) -> Arc<S> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = state.slots.get(key) {
            return slot.clone();
        }
        drop(state);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.slots.len() >= state.sweep_at {
            // Whoever uses a slot right now has a clone of it.
            state.slots.retain(|_, slot| Arc::strong_count(slot) > 1 || (**slot).as_ref().has_usable());
            state.sweep_at = FEW.max(2 * state.slots.len());
        }
        state.slots.entry(key.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::token::Token;

    #[test]
    fn idle_slots_are_forgotten_when_there_are_many() {
        let slots = Slots::<usize, Slot>::new();
        let used = slots.get(&0);
        slots.get(&1).keep(Token::new("t-1", Duration::from_secs(60)).unwrap(), 0);
        for key in 2..=FEW {
            slots.get(&key);
        }
        assert_eq!(slots.0.read().unwrap().slots.len(), 3);
        assert!(Arc::ptr_eq(&used, &slots.get(&0)));
        assert!(slots.get(&1).has_usable());
    }
}
