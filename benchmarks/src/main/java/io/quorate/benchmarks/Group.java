package io.quorate.benchmarks;

import java.util.List;

/**
 * Rows that are read together.
 *
 * @param title what they are about
 * @param note what is to be known about all of them, in whole sentences
 * @param rows the rows
 */
record Group(String title, String note, List<Row> rows) {}
