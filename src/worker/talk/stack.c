#include "worker/talk/stack.h"

typedef struct Stack {
    Talk base;
    Talk *talks[2];
    guint current;
} Stack;

/* What the connection knows goes down to the conversation that runs on it. */
static Talk *stack_lend(Stack *stack)
{
    Talk *talk = stack->talks[stack->current];
    talk->round_trip = stack->base.round_trip;
    talk->started = stack->base.started;
    if (stack->base.sent_at > talk->sent_at)
        talk->sent_at = stack->base.sent_at;
    return talk;
}

/* What the conversation made comes up to the connection. */
static void stack_collect(Stack *stack, double now)
{
    Talk *base = &stack->base, *talk = stack->talks[stack->current];
    if (talk->output->len) {
        talk_send(base, talk->output->data, talk->output->len, now);
        g_byte_array_set_size(talk->output, 0);
    }
    for (json_t *fact; (fact = talk_next_fact(talk));)
        g_queue_push_tail(&base->facts, fact);
    base->phase = talk->phase;
    base->after = talk->after;
    base->deadline = talk->deadline;
    base->half_close = talk->half_close;
}

/* After each event: collects, and goes on to the next conversation where one is done. */
static void stack_turn(Stack *stack, double now)
{
    for (;;) {
        Talk *talk = stack->talks[stack->current];
        stack_collect(stack, now);
        if (talk->state == TALK_FAILED)
            talk_fail(&stack->base, talk->result, talk->reason, json_incref(talk->args));
        if (talk->state != TALK_DONE)
            return;
        if (stack->current + 1 == G_N_ELEMENTS(stack->talks)) {
            g_byte_array_append(stack->base.unread, talk->unread->data, talk->unread->len);
            talk_done(&stack->base);
            return;
        }
        stack->current++;
        Talk *next = stack_lend(stack);
        talk_start(next, now);
        talk_feed(next, talk->unread->data, talk->unread->len, now);
    }
}

static void stack_start(Talk *base, double now)
{
    Stack *stack = (Stack *)base;
    talk_start(stack_lend(stack), now);
    stack_turn(stack, now);
}

static void stack_feed(Talk *base, const uint8_t *data, size_t size, double now)
{
    Stack *stack = (Stack *)base;
    talk_feed(stack_lend(stack), data, size, now);
    stack_turn(stack, now);
}

static void stack_end(Talk *base, TalkEnd how, double now)
{
    Stack *stack = (Stack *)base;
    while (base->state == TALK_GOING) {
        talk_end(stack_lend(stack), how, now);
        stack_turn(stack, now);
    }
}

static void stack_tick(Talk *base, double now)
{
    Stack *stack = (Stack *)base;
    talk_tick(stack_lend(stack), now);
    stack_turn(stack, now);
}

static void stack_free(Talk *base)
{
    Stack *stack = (Stack *)base;
    for (guint i = 0; i < G_N_ELEMENTS(stack->talks); i++)
        talk_free(stack->talks[i]);
}

static const TalkClass stack_class = {
    .name = "stack",
    .start = stack_start,
    .feed = stack_feed,
    .end = stack_end,
    .tick = stack_tick,
    .free = stack_free,
};

const Talk *stack_last(const Talk *talk)
{
    while (talk->class == &stack_class) {
        const Stack *stack = (const Stack *)talk;
        talk = stack->talks[G_N_ELEMENTS(stack->talks) - 1];
    }
    return talk;
}

Talk *stack_new(Talk *first, Talk *second)
{
    Stack *stack = g_new0(Stack, 1);
    talk_init(&stack->base, &stack_class);
    stack->talks[0] = first;
    stack->talks[1] = second;
    return &stack->base;
}
