using System;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Spells expressions of a user function: once as plain C#, or in all lanes of registers.</summary>
/// <param name="dialect">How registers are spelled.</param>
/// <param name="names">The tables' names.</param>
/// <param name="ranges">How large ints get: small ones divide faster.</param>
/// <param name="fuses">Whether a product may be added without rounding it; masks must round as C# does.</param>
internal sealed class FunctionSpeller(Dialect dialect, FunctionNames names, FunctionRanges ranges, bool fuses)
{
    /// <summary>Spells what stands ready as one value, or gives null.</summary>
    public Func<ScalarExpression, string?> Ready { get; init; } = static _ => null;

    /// <summary>Spelled for one value.</summary>
    public string Uniform(ScalarExpression expression) => Ready(expression) ?? OwnUniform(expression);

    /// <summary>Spelled for one value, from its operands.</summary>
    public string OwnUniform(ScalarExpression expression) => expression.Operation switch
    {
        ScalarOperation.Constant => Constant(expression),
        ScalarOperation.Head => "head",
        ScalarOperation.Query => names.Query,
        _ => Operate(dialect.HasPointers ? Dialect.Scalar : dialect, expression, [.. expression.Operands.Select(Uniform)], inLanes: false),
    };

    /// <summary>Spelled for a register; <paramref name="ready"/> spells what stands ready in one, or gives null.</summary>
    public string Lanes(ScalarExpression expression, Func<ScalarExpression, string?> ready)
    {
        if (ready(expression) is { } register)
        {
            return register;
        }

        return expression.Uses(ScalarInputs.Key | ScalarInputs.Score)
            ? Fused(expression, ready) ?? Operate(dialect, expression, [.. expression.Operands.Select(operand => Lanes(operand, ready))], inLanes: true)
            : InAllLanes(expression.Type, Uniform(expression));
    }

    /// <summary>A register of one value.</summary>
    public string InAllLanes(ScalarType type, string value) =>
        type == ScalarType.Bool ? dialect.Spell(Operation.BroadcastMask, value) : dialect.Broadcast(value);

    /// <summary>The type of a register that holds an expression.</summary>
    public string TypeOf(ScalarExpression expression) => expression.Type switch
    {
        ScalarType.Int => dialect.Int,
        ScalarType.Float => dialect.Float,
        _ => dialect.Mask,
    };

    private string? Fused(ScalarExpression sum, Func<ScalarExpression, string?> ready)
    {
        for (int n = 1; fuses && n >= 0 && sum is { Operation: ScalarOperation.Add, Type: ScalarType.Float }; n--)
        {
            ScalarExpression product = sum.Operands[n];
            if (product.Operation == ScalarOperation.Multiply && product.Uses(ScalarInputs.Key | ScalarInputs.Score) && ready(product) is null)
            {
                return dialect.MultiplyAdd(Lanes(product.Operands[0], ready), Lanes(product.Operands[1], ready), Lanes(sum.Operands[1 - n], ready));
            }
        }

        return null;
    }

    private string Operate(Dialect target, ScalarExpression expression, string[] operands, bool inLanes)
    {
        bool ofInts = expression.Operands[0].Type == ScalarType.Int;
        switch (expression.Operation)
        {
            case ScalarOperation.ShiftLeft or ScalarOperation.ShiftRight:
                Operation shift = expression.Operation == ScalarOperation.ShiftLeft ? Operation.ShiftLeft : Operation.ShiftRight;
                return target.Spell(shift, operands[0], Literals.Of((int)expression.Operands[1].Number & 31));
            case ScalarOperation.Divide or ScalarOperation.Remainder when ofInts:
                return target.Spell(Division(expression), operands);
            case ScalarOperation.Remainder:
                return $"({operands[0]} % {operands[1]})";
            case ScalarOperation.Select:
                return expression.Type == ScalarType.Int ? target.Spell(Operation.IntSelect, operands) : target.Select(operands[0], operands[1], operands[2]);
            case ScalarOperation.Power:
                return $"{(dialect.HasPointers ? "global::System.MathF" : "global::AttentionGen.Gpu.GpuMath")}.Pow({operands[0]}, {operands[1]})";
            case ScalarOperation.Lookup:
                return Lookup(target, (int)expression.Number, operands[0], inLanes);
            default:
                return target.Spell(Plain(expression.Operation, ofInts), operands);
        }
    }

    private Operation Division(ScalarExpression expression)
    {
        Interval divisor = ranges.Of(expression.Operands[1]);
        bool isSmall = ranges.Of(expression.Operands[0]).IsExactInFloats && divisor.IsWithin(1, (1 << 24) - 1);
        return expression.Operation == ScalarOperation.Divide
            ? isSmall ? Operation.SmallDivide : Operation.IntDivide
            : isSmall ? Operation.SmallRemainder : Operation.IntRemainder;
    }

    // Lanes past the last key, and hidden ones, hold any index: it is kept inside the table.
    private string Lookup(Dialect target, int table, string index, bool inLanes)
    {
        string last = Literals.Of(names.LengthOf(table) - 1);
        string inside = inLanes
            ? target.Spell(Operation.Least, target.Spell(Operation.Greatest, index, target.Broadcast("0")), target.Broadcast(last))
            : $"global::System.Math.Clamp({index}, 0, {last})";
        return inLanes ? target.Spell(Operation.Lookup, names.TableAddress(table), inside) : $"{names.Table(table)}[{inside}]";
    }

    private static Operation Plain(ScalarOperation operation, bool ofInts) => operation switch
    {
        ScalarOperation.Add => Operation.Add,
        ScalarOperation.Subtract => Operation.Subtract,
        ScalarOperation.Multiply => Operation.Multiply,
        ScalarOperation.Divide => Operation.Divide,
        ScalarOperation.Negate => Operation.Negate,
        ScalarOperation.And => Operation.And,
        ScalarOperation.Or => Operation.Or,
        ScalarOperation.Xor => Operation.Xor,
        ScalarOperation.Not => Operation.Not,
        ScalarOperation.Less => ofInts ? Operation.IntLess : Operation.Less,
        ScalarOperation.LessOrEqual => ofInts ? Operation.IntAtMost : Operation.AtMost,
        ScalarOperation.Equal => ofInts ? Operation.IntEqual : Operation.Equal,
        ScalarOperation.ToFloat => Operation.ToFloat,
        ScalarOperation.ToInt => Operation.ToInt,
        ScalarOperation.Absolute => ofInts ? Operation.IntAbsolute : Operation.Absolute,
        ScalarOperation.Minimum => Operation.Least,
        ScalarOperation.Maximum => Operation.Greatest,
        ScalarOperation.Floor => Operation.Floor,
        ScalarOperation.Ceiling => Operation.Ceiling,
        ScalarOperation.Truncate => Operation.Truncate,
        ScalarOperation.Round => Operation.Round,
        ScalarOperation.Sqrt => Operation.Sqrt,
        ScalarOperation.Exp => Operation.Exp,
        ScalarOperation.Log => Operation.Log,
        ScalarOperation.Log2 => Operation.Log2,
        ScalarOperation.Sin => Operation.Sin,
        ScalarOperation.Cos => Operation.Cos,
        ScalarOperation.Tanh => Operation.Tanh,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Expected an operation with a spelling of its own."),
    };

    private static string Constant(ScalarExpression constant) => constant.Type switch
    {
        ScalarType.Int => $"({Literals.Of((int)constant.Number)})",
        ScalarType.Float => $"({Literals.Of((float)constant.Number)})",
        _ => Literals.Of(constant.Number != 0),
    };
}
