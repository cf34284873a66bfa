/** An outside project that is a module itself: what it may name is what dev.mnistnative exports. */
module example {
    requires dev.mnistnative;
}
