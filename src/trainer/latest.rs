//! A slot in which only the newest value matters: writing never waits, reading takes the newest or nothing.

use std::sync::{Arc, Mutex, PoisonError};

/// One end of a newest-wins slot. Clones share the slot.
#[derive(Debug)]
pub struct Latest<T> {
    slot: Arc<Mutex<Option<T>>>,
}

impl<T> Latest<T> {
    /// An empty slot.
    pub fn new() -> Self {
        Self { slot: Arc::new(Mutex::new(None)) }
    }

    /// Puts `value` in the slot and returns the one it replaces, if nobody took that.
    pub fn put(&self, value: T) -> Option<T> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner).replace(value)
    }

    /// Takes the newest value, if there is one since the last call.
    pub fn take(&self) -> Option<T> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_value_wins_and_is_taken_once() {
        let slot = Latest::new();
        let other_end = slot.clone();
        assert_eq!(slot.put(1), None);
        assert_eq!(slot.put(2), Some(1));
        assert_eq!(other_end.take(), Some(2));
        assert_eq!(slot.take(), None);
    }
}
