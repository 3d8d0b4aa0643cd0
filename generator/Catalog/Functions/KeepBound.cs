using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>One comparison of a user's <c>Keep</c> that bounds the keys a query sees.</summary>
/// <param name="Kind">What it bounds.</param>
/// <param name="Number">The bound, the step or the block size.</param>
/// <param name="Neighbours">Blocks to each side.</param>
internal sealed record KeepBound(KeepBoundKind Kind, int Number, int Neighbours = 0)
{
    private const int Farthest = 1 << 24;

    /// <summary>The bound that a comparison states, or null.</summary>
    public static KeepBound? Of(ScalarExpression part) => part.Operation switch
    {
        ScalarOperation.Equal => Multiple(part.Operands[0], part.Operands[1]) ?? Multiple(part.Operands[1], part.Operands[0]) ?? SameBlock(part.Operands[0], part.Operands[1], neighbours: 0),
        ScalarOperation.LessOrEqual when part.Operands[0].Type == ScalarType.Int => AtMost(part.Operands[0], part.Operands[1], slack: 0),
        ScalarOperation.Less when part.Operands[0].Type == ScalarType.Int => AtMost(part.Operands[0], part.Operands[1], slack: 1),
        ScalarOperation.Not when part.Operands[0] is { Operation: ScalarOperation.LessOrEqual } inner && inner.Operands[0].Type == ScalarType.Int => AtMost(inner.Operands[1], inner.Operands[0], slack: 1),
        ScalarOperation.Not when part.Operands[0] is { Operation: ScalarOperation.Less } inner && inner.Operands[0].Type == ScalarType.Int => AtMost(inner.Operands[1], inner.Operands[0], slack: 0),
        _ => null,
    };

    // left + slack <= right
    private static KeepBound? AtMost(ScalarExpression left, ScalarExpression right, int slack)
    {
        if (left.Operation == ScalarOperation.Absolute && right.IsConstant)
        {
            return Within(left.Operands[0], (int)right.Number - slack);
        }

        if (Linear.Of(left) is not { } small || Linear.Of(right) is not { } great)
        {
            return null;
        }

        Linear zero = small.Minus(great);
        long constant = zero.Constant + slack;
        if (constant is < -Farthest or > Farthest)
        {
            return null;
        }

        int bound = (int)-constant;
        return (zero.Query, zero.Key) switch
        {
            (-1, 1) => new KeepBound(KeepBoundKind.After, bound),
            (1, -1) => new KeepBound(KeepBoundKind.Before, bound),
            (0, 1) => new KeepBound(KeepBoundKind.First, bound + 1),
            (1, 0) => new KeepBound(KeepBoundKind.FirstRows, bound + 1),
            _ => null,
        };
    }

    // |inner| <= bound
    private static KeepBound? Within(ScalarExpression inner, int bound)
    {
        if (bound is < 0 or > Farthest)
        {
            return null;
        }

        if (inner.Operation == ScalarOperation.Subtract && SameBlock(inner.Operands[0], inner.Operands[1], bound) is { } block)
        {
            return block;
        }

        return Linear.Of(inner) is { Constant: 0 } distance && (distance.Query, distance.Key) is (1, -1) or (-1, 1) ? new KeepBound(KeepBoundKind.Around, bound) : null;
    }

    // key % step == 0
    private static KeepBound? Multiple(ScalarExpression remainder, ScalarExpression zero) =>
        zero is { IsConstant: true, Number: 0 } && remainder.Operation == ScalarOperation.Remainder && remainder.Operands[0].Operation == ScalarOperation.Key
        && remainder.Operands[1] is { IsConstant: true, Number: > 0 and <= Farthest } step
            ? new KeepBound(KeepBoundKind.Multiple, (int)step.Number)
            : null;

    // query / size == key / size
    private static KeepBound? SameBlock(ScalarExpression left, ScalarExpression right, int neighbours)
    {
        bool isBlocks = left.Operation == ScalarOperation.Divide && right.Operation == ScalarOperation.Divide
            && left.Operands[1] is { IsConstant: true, Number: > 0 and <= Farthest } && left.Operands[1].Equals(right.Operands[1])
            && (left.Operands[0].Operation, right.Operands[0].Operation) is (ScalarOperation.Query, ScalarOperation.Key) or (ScalarOperation.Key, ScalarOperation.Query);
        int size = isBlocks ? (int)left.Operands[1].Number : 0;
        return isBlocks && neighbours <= Farthest / size ? new KeepBound(KeepBoundKind.Block, size, neighbours) : null;
    }

    /// <summary>query * Query + key * Key + Constant, small enough not to wrap.</summary>
    private sealed record Linear(int Query, int Key, long Constant)
    {
        private const int Greatest = 1 << 28;

        public static Linear? Of(ScalarExpression expression)
        {
            switch (expression.Operation)
            {
                case ScalarOperation.Query:
                    return new Linear(1, 0, 0);
                case ScalarOperation.Key:
                    return new Linear(0, 1, 0);
                case ScalarOperation.Constant when System.Math.Abs(expression.Number) <= Greatest:
                    return new Linear(0, 0, (long)expression.Number);
                case ScalarOperation.Add when Of(expression.Operands[0]) is { } left && Of(expression.Operands[1]) is { } right:
                    return Sound(left.Minus(new Linear(-right.Query, -right.Key, -right.Constant)));
                case ScalarOperation.Subtract when Of(expression.Operands[0]) is { } left && Of(expression.Operands[1]) is { } right:
                    return Sound(left.Minus(right));
                case ScalarOperation.Negate when Of(expression.Operands[0]) is { } negated:
                    return new Linear(-negated.Query, -negated.Key, -negated.Constant);
                default:
                    return null;
            }
        }

        public Linear Minus(Linear other) => new(Query - other.Query, Key - other.Key, Constant - other.Constant);

        private static Linear? Sound(Linear sum) =>
            sum.Query is >= -8 and <= 8 && sum.Key is >= -8 and <= 8 && sum.Constant is >= -Greatest and <= Greatest ? sum : null;
    }
}

/// <summary>What a <see cref="KeepBound"/> bounds.</summary>
internal enum KeepBoundKind
{
    /// <summary>key &lt;= query + Number.</summary>
    After,

    /// <summary>key &gt;= query - Number.</summary>
    Before,

    /// <summary>|query - key| &lt;= Number.</summary>
    Around,

    /// <summary>key &lt; Number.</summary>
    First,

    /// <summary>query &lt; Number.</summary>
    FirstRows,

    /// <summary>key is a multiple of Number.</summary>
    Multiple,

    /// <summary>query / Number and key / Number are at most Neighbours apart.</summary>
    Block,
}
