#include "desk/site/unindexed.hpp"

namespace consign::desk {

Result<std::int64_t> unindexed_rows(Transaction& transaction) {
    const auto left = transaction.event_index.left_to_index();
    if (!left) return failure(left.error());
    return left->events + left->sessions;
}

}  // namespace consign::desk
