#include "storage/ledger/errc.hpp"

namespace consign::ledger {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "ledger"; }
    std::string message(int code) const override {
        switch (static_cast<ledger_errc>(code)) {
            case ledger_errc::no_such_session:
                return "the ledger has no such session";
            case ledger_errc::already_open:
                return "the ledger has this session already";
            case ledger_errc::not_what_was_vouched_for:
                return "the ledger is not what its last checkpoint vouched for; consign audit "
                       "verify";
            case ledger_errc::no_chain_id:
                return "the database has rows of the ledger, and has lost the chain's id (table "
                       "chain): somebody changed it outside of Consign; put back a backup, or "
                       "that id";
        }
        return "unknown ledger error";
    }
};

}  // namespace

std::error_code make_error_code(ledger_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::ledger
