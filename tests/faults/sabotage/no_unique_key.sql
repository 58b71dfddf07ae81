-- Nothing but the handlers' own looking keeps a moment or a notification from being there twice.
ALTER TABLE slot DROP CONSTRAINT pk_slot;
ALTER TABLE notification DROP CONSTRAINT pk_notification;
