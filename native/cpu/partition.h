// How a matrix is cut into pieces, and which worker gets which: always the same ones, so that what it writes stays with
// its core.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/layout.h"
#include "cpu/pool.h"

namespace mn::cpu {

// `count` rows cut into tiles of at most `most` rows, as even as can be; all but the last a multiple of `unit`.
struct Tiles {
    int64_t count, unit, tiles;

    Tiles(int64_t rows, int64_t most, int64_t multiple = 1)
        : count(rows), unit(multiple), tiles(divide_up(divide_up(rows, unit), most / unit)) {}
    Range operator[](int64_t i) const {
        const Range units = share(divide_up(count, unit), i, tiles);
        return {units.begin * unit, std::min(units.end * unit, count)};
    }
};

// `panels` panels, taken `at_once` at a time.
struct PanelGroups {
    int64_t panels, at_once;

    PanelGroups(int64_t all, int64_t most) : panels(all), at_once(most) {}
    int64_t count() const { return divide_up(panels, at_once); }
    Range operator[](int64_t i) const { return {i * at_once, std::min((i + 1) * at_once, panels)}; }
};

// A weight's gradient is made and applied in blocks of rows (inputs): as large as stays in the inner caches, since an
// optimizer's long divisions overlap in one run only.
struct WeightBlock {
    int64_t panel;
    Range rows;
};

// The blocks of `panels` panels (or groups of panels), one panel after the other.
class WeightBlocks {
  public:
    // Blocks of up to kPanel rows that do not cross a panel of the inputs.
    WeightBlocks(int64_t panels, int64_t fan_in) : WeightBlocks(panels, fan_in, kPanel, kPanel) {}
    // Blocks of up to `most` rows, as even as can be; all but the last of a panel a multiple of `unit`.
    WeightBlocks(int64_t panels, int64_t fan_in, int64_t most, int64_t unit)
        : panels_(panels), rows_(fan_in, most, unit) {}
    int64_t count() const { return panels_ * rows_.tiles; }
    WeightBlock operator[](int64_t i) const { return {i / rows_.tiles, rows_[i % rows_.tiles]}; }

  private:
    int64_t panels_;
    Tiles rows_;
};

// Calls visit(panel, rows) for a worker's share of the tiles of `panels` panels, one panel after the other.
template <class Visit>
void for_each_tile(const Worker& worker, int64_t panels, const Tiles& tiles, Visit visit) {
    const Range own = worker.share_of(panels * tiles.tiles);
    for (int64_t i = own.begin; i < own.end; ++i)
        visit(i / tiles.tiles, tiles[i % tiles.tiles]);
}

// The same share, `at_once` tiles of rows at a time: what they read of A meets all panels of the share while it is
// near.
template <class Visit>
void for_each_tile(const Worker& worker, int64_t panels, const Tiles& tiles, int64_t at_once, Visit visit) {
    const Range own = worker.share_of(panels * tiles.tiles);
    for (int64_t first = 0; first < tiles.tiles; first += at_once) {
        for (int64_t panel = own.begin / tiles.tiles; panel * tiles.tiles < own.end; ++panel) {
            const int64_t begin = panel * tiles.tiles, end = begin + std::min(first + at_once, tiles.tiles);
            for (int64_t i = std::max(own.begin, begin + first); i < std::min(own.end, end); ++i)
                visit(panel, tiles[i - begin]);
        }
    }
}

// Calls visit(panels, groups) for a worker's share of `groups` groups of rows in each group of panels.
template <class Visit>
void for_each_run(const Worker& worker, const PanelGroups& panels, int64_t groups, Visit visit) {
    const Range own = worker.share_of(panels.count() * groups);
    for (int64_t begin = own.begin; begin < own.end;) {
        const int64_t i = begin / groups, end = std::min(own.end, (i + 1) * groups);
        visit(panels[i], Range{begin - i * groups, end - i * groups});
        begin = end;
    }
}

// Calls visit(block) for a worker's share of the blocks.
template <class Visit>
void for_each_block(const Worker& worker, const WeightBlocks& blocks, Visit visit) {
    const Range own = worker.share_of(blocks.count());
    for (int64_t i = own.begin; i < own.end; ++i)
        visit(blocks[i]);
}

} // namespace mn::cpu
