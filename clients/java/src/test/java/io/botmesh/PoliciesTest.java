package io.botmesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    @Test
    void thePoliciesHaveTheOrderOfTheContract() {
        List<Class<?>> order = List.of(
                TracePolicy.class,
                ErrorsPolicy.class,
                FieldsPolicy.class,
                TargetPolicy.class,
                EnabledPolicy.class,
                DeadlinePolicy.class,
                SizePolicy.class,
                HopsPolicy.class,
                LoopsPolicy.class,
                IdempotencyPolicy.class,
                ConcurrencyPolicy.class);
        assertEquals(order, Policies.ALL.stream().map(Object::getClass).toList());
    }
}
