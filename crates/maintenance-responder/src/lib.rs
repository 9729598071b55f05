//! maintenance-responder
