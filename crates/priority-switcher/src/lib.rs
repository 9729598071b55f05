//! priority-switcher
