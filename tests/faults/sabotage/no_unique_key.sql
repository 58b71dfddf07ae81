-- Nothing but the handlers' own looking keeps a moment, a notification or a play from being there twice.
ALTER TABLE slot DROP CONSTRAINT pk_slot;
ALTER TABLE notification DROP CONSTRAINT pk_notification;
ALTER TABLE play DROP CONSTRAINT uq_play_listener_event_id;
