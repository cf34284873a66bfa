package dev.mnistnative.format;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python's pickles of protocols 2 to 5 as data: None is null, numbers are Long, BigInteger or Double, texts
 * String, lists and sets List, dictionaries Map. Whatever a pickle wants to be called is only asked of a {@link World};
 * nothing is ever executed.
 */
final class Pickle {
    private static final int MAX_STEPS = 2_000_000;
    private static final int MAX_DIGITS = 1 << 10; // bytes of a whole number

    private final ByteBuffer in;
    private final World world;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /** What stands for Python's objects. */
    interface World {
        /** @throws IllegalArgumentException if it is not one of those that are known */
        Global global(String module, String name);

        /** What a call makes. */
        Object call(Global callable, Tuple arguments);

        /** What lies outside of the pickle under this id. */
        Object persistent(Object id);
    }

    /** A class or function by name. */
    record Global(String module, String name) {
        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    /** A tuple, the same only as itself, so that looking one up never goes deep. */
    static final class Tuple {
        private final List<Object> items;

        Tuple(List<Object> items) {
            this.items = Collections.unmodifiableList(new ArrayList<>(items));
        }

        List<Object> items() {
            return items;
        }
    }

    private Pickle(ByteBuffer in, World world) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.world = world;
    }

    /**
     * Reads one pickle; the buffer's position is behind it afterwards.
     *
     * @throws IllegalArgumentException if it is damaged, or the world refuses something
     */
    static Object read(ByteBuffer in, World world) {
        return new Pickle(in, world).read();
    }

    private Object read() {
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            int opcode = unsigned(1);
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
        }
        throw new IllegalArgumentException("its pickle has more than " + MAX_STEPS + " steps");
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> unsigned(1); // the protocol, which its opcodes tell anyway
            case 0x95 -> unsigned(8); // the length of what follows, likewise
            case '(' -> marks.push(stack.size());
            case '0' -> pop();
            case '1' -> popMark();
            case '2' -> stack.add(top());
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(Boolean.TRUE);
            case 0x89 -> stack.add(Boolean.FALSE);
            case 'J' -> stack.add((long) unsigned(4));
            case 'K' -> stack.add((long) unsigned(1));
            case 'M' -> stack.add((long) unsigned(2));
            case 0x8a -> stack.add(whole(unsigned(1)));
            case 0x8b -> stack.add(whole(unsigned(4)));
            case 'G' ->
                stack.add(Double.longBitsToDouble(
                        Long.reverseBytes(bytes(Double.BYTES).getLong())));
            case 'U', 0x8c, 'C' -> text(opcode, unsigned(1));
            case 'T', 'X', 'B' -> text(opcode, unsigned(4));
            case 0x8d, 0x8e, 0x96 -> text(opcode, length8());
            case ']', 0x8f -> stack.add(new ArrayList<>());
            case '}' -> stack.add(new LinkedHashMap<>());
            case ')' -> stack.add(new Tuple(List.of()));
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case 't' -> stack.add(new Tuple(popMark()));
            case 'l', 0x91 -> stack.add(popMark());
            case 'd' -> dictionary();
            case 'a' -> append(Collections.singletonList(pop()));
            case 'e', 0x90 -> append(popMark());
            case 's' -> setItem();
            case 'u' -> putAll(popMark());
            case 'c' -> stack.add(world.global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> call();
            case 0x92 -> callWithNames();
            case 'b' -> pop(); // what is put into an object: attributes, which no tensor's numbers are among
            case 'q' -> memo.put(unsigned(1), top());
            case 'r' -> memo.put(unsigned(4), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> remembered(unsigned(1));
            case 'j' -> remembered(unsigned(4));
            case 'Q' -> stack.add(world.persistent(pop()));
            default ->
                throw new IllegalArgumentException(
                        "its pickle has the opcode 0x" + Integer.toHexString(opcode) + ", which no state dict needs");
        }
    }

    private ByteBuffer bytes(int count) {
        FileContents.require(count >= 0 && count <= in.remaining(), "its pickle is cut off");
        ByteBuffer bytes = in.slice(in.position(), count).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + count);
        return bytes;
    }

    /** Of up to four bytes, or of eight of which nothing is wanted. */
    private int unsigned(int count) {
        ByteBuffer bytes = bytes(count);
        int value = 0;
        for (int i = 0; i < Math.min(count, Integer.BYTES); i++) {
            value |= (bytes.get(i) & 0xff) << Byte.SIZE * i;
        }
        return value;
    }

    private int length8() {
        long length = bytes(Long.BYTES).getLong();
        FileContents.require(length >= 0 && length <= in.remaining(), "its pickle is cut off");
        return (int) length;
    }

    private Object whole(int length) {
        FileContents.require(length <= MAX_DIGITS, "its pickle has a number of " + length + " bytes");
        byte[] digits = new byte[Math.max(1, length)];
        ByteBuffer bytes = bytes(length);
        for (int i = 0; i < length; i++) {
            digits[length - 1 - i] = bytes.get(i);
        }
        BigInteger value = new BigInteger(digits);
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        return value;
    }

    /** Bytes come as texts too: no state dict needs their values. */
    private void text(int opcode, int length) {
        boolean utf8 = opcode == 'X' || opcode == 0x8c || opcode == 0x8d;
        stack.add((utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1)
                .decode(bytes(length))
                .toString());
    }

    private String line() {
        int length = 0;
        while (length < in.remaining() && in.get(in.position() + length) != '\n') {
            length++;
        }
        String line = StandardCharsets.UTF_8.decode(bytes(length)).toString();
        bytes(1);
        return line;
    }

    private Object top() {
        FileContents.require(!stack.isEmpty() && floor() < stack.size(), "its pickle takes what is not there");
        return stack.get(stack.size() - 1);
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.peek();
    }

    private Object pop() {
        top();
        return stack.remove(stack.size() - 1);
    }

    private List<Object> popMark() {
        FileContents.require(!marks.isEmpty(), "its pickle takes what is not there");
        List<Object> since = stack.subList(marks.pop(), stack.size());
        List<Object> items = new ArrayList<>(since);
        since.clear();
        return items;
    }

    private void tuple(int count) {
        FileContents.require(stack.size() - floor() >= count, "its pickle takes what is not there");
        List<Object> last = stack.subList(stack.size() - count, stack.size());
        Tuple tuple = new Tuple(last);
        last.clear();
        stack.add(tuple);
    }

    @SuppressWarnings("unchecked") // lists are made here alone
    private void append(List<Object> items) {
        FileContents.require(top() instanceof List, "its pickle appends to what is no list");
        ((List<Object>) top()).addAll(items);
    }

    private void setItem() {
        Object value = pop();
        Object key = pop();
        put(key, value);
    }

    private void dictionary() {
        List<Object> items = popMark();
        stack.add(new LinkedHashMap<>());
        putAll(items);
    }

    private void putAll(List<Object> items) {
        FileContents.require(items.size() % 2 == 0, "its pickle has a key without a value");
        for (int i = 0; i < items.size(); i += 2) {
            put(items.get(i), items.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked") // dictionaries are made by us alone
    private void put(Object key, Object value) {
        FileContents.require(!(key instanceof List) && !(key instanceof Map), "its pickle has a key that can be none");
        FileContents.require(top() instanceof Map, "its pickle puts entries into what is no dictionary");
        ((Map<Object, Object>) top()).put(key, value);
    }

    private void stackGlobal() {
        Object name = pop();
        Object module = pop();
        FileContents.require(
                name instanceof String && module instanceof String, "its pickle names a class by what is no text");
        stack.add(world.global((String) module, (String) name));
    }

    private void call() {
        Object arguments = pop();
        Object callable = pop();
        FileContents.require(
                callable instanceof Global && arguments instanceof Tuple, "its pickle calls what cannot be called");
        stack.add(world.call((Global) callable, (Tuple) arguments));
    }

    private void callWithNames() {
        pop();
        call();
    }

    private void remembered(int index) {
        FileContents.require(memo.containsKey(index), "its pickle refers to what is not there");
        stack.add(memo.get(index));
    }
}
