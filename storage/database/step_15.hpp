// Migration 15: storage/terms. A hold that is for proceedings is a claim, and suspends terms also
// once it is lifted. Which those are stood sealed until now: all count as claims, which keeps
// longer.
#pragma once

namespace consign::database {

inline constexpr const char* step_15 = R"sql(
ALTER TABLE holds ADD COLUMN claim INTEGER NOT NULL DEFAULT 1 CHECK (claim IN (0, 1));
DROP INDEX holds_by_file;
DROP INDEX holds_by_subject;
DROP INDEX holds_by_account;
CREATE INDEX holds_by_file ON holds (file) WHERE file IS NOT NULL;
CREATE INDEX holds_by_subject ON holds (subject) WHERE subject IS NOT NULL;
CREATE INDEX holds_by_account ON holds (account) WHERE account IS NOT NULL;
UPDATE retention SET epoch = epoch + 1;
)sql";

}  // namespace consign::database
