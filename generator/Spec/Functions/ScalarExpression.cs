using System;
using System.Linq;

namespace AttentionGen.Generator.Spec;

/// <summary>
/// A user function's meaning as a tree over one (query, key) pair: names, layout and local variables are gone, so that two spellings of the
/// same function are equal. Roslyn-free; compared by value, but for <see cref="Place"/>.
/// </summary>
public sealed record ScalarExpression
{
    private readonly int _hash;

    public ScalarExpression(ScalarOperation operation, ScalarType type, double number, params ScalarExpression[] operands)
    {
        Operation = operation;
        Type = type;
        Number = number;
        Operands = new EquatableArray<ScalarExpression>(operands);
        Inputs = operands.Aggregate(OwnInput(operation), static (inputs, operand) => inputs | operand.Inputs);
        Size = (int)Math.Min(int.MaxValue, 1 + operands.Sum(static operand => (long)operand.Size));
        _hash = unchecked((((((int)operation * 31) + (int)type) * 31) + number.GetHashCode()) * 31) + Operands.GetHashCode();
    }

    /// <summary>What it does.</summary>
    public ScalarOperation Operation { get; }

    /// <summary>What it gives.</summary>
    public ScalarType Type { get; }

    /// <summary>A constant's value (booleans 0 or 1), or which table is looked up.</summary>
    public double Number { get; }

    /// <summary>What it works on.</summary>
    public EquatableArray<ScalarExpression> Operands { get; }

    /// <summary>Everything it depends on.</summary>
    public ScalarInputs Inputs { get; }

    /// <summary>Nodes of the tree.</summary>
    public int Size { get; }

    /// <summary>Where it was written, for operations that can still turn out wrong. Not part of the meaning.</summary>
    public FunctionPlace? Place { get; init; }

    /// <summary>Whether it is a number known at compile time.</summary>
    public bool IsConstant => Operation == ScalarOperation.Constant;

    public static ScalarExpression Constant(int value) => new(ScalarOperation.Constant, ScalarType.Int, value);

    public static ScalarExpression Constant(float value) => new(ScalarOperation.Constant, ScalarType.Float, value);

    public static ScalarExpression Constant(bool value) => new(ScalarOperation.Constant, ScalarType.Bool, value ? 1 : 0);

    /// <summary>Whether it depends on any of those.</summary>
    public bool Uses(ScalarInputs inputs) => (Inputs & inputs) != 0;

    public bool Equals(ScalarExpression? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (_hash == other._hash && Operation == other.Operation && Type == other.Type && Number.Equals(other.Number) && Operands == other.Operands));

    public override int GetHashCode() => _hash;

    private static ScalarInputs OwnInput(ScalarOperation operation) => operation switch
    {
        ScalarOperation.Score => ScalarInputs.Score,
        ScalarOperation.Head => ScalarInputs.Head,
        ScalarOperation.Query => ScalarInputs.Query,
        ScalarOperation.Key => ScalarInputs.Key,
        _ => ScalarInputs.None,
    };
}

/// <summary>The type of a user function's expression. <c>double</c> is computed in FP32 and so is a float.</summary>
public enum ScalarType
{
    /// <summary><c>int</c>, wrapping as C# does.</summary>
    Int,

    /// <summary><c>float</c>.</summary>
    Float,

    /// <summary><c>bool</c>.</summary>
    Bool,
}

/// <summary>What an expression depends on.</summary>
[Flags]
public enum ScalarInputs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The score.</summary>
    Score = 1,

    /// <summary>The query head.</summary>
    Head = 2,

    /// <summary>The query's index.</summary>
    Query = 4,

    /// <summary>The key's index.</summary>
    Key = 8,
}

/// <summary>What an expression of a user function does. Comparisons with the operands exchanged or negated are spelled by these.</summary>
public enum ScalarOperation
{
    /// <summary>A number.</summary>
    Constant,

    /// <summary>The scaled score, natural-log units.</summary>
    Score,

    /// <summary>The query head.</summary>
    Head,

    /// <summary>The key index that the query stands at.</summary>
    Query,

    /// <summary>The key's index.</summary>
    Key,

    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Negate,

    /// <summary>Left, shifted right operand: the amount is a constant.</summary>
    ShiftLeft,

    /// <summary>Arithmetic shift by a constant.</summary>
    ShiftRight,

    /// <summary>On ints and on bools, without short circuit: operands have no effects.</summary>
    And,

    /// <summary>On ints and on bools.</summary>
    Or,

    /// <summary>On ints and on bools.</summary>
    Xor,

    /// <summary>Of a bool.</summary>
    Not,

    Less,
    LessOrEqual,
    Equal,

    /// <summary>condition ? first : second.</summary>
    Select,

    /// <summary>int to float.</summary>
    ToFloat,

    /// <summary>float to int, towards zero, saturating.</summary>
    ToInt,

    Absolute,
    Minimum,
    Maximum,
    Floor,
    Ceiling,
    Truncate,

    /// <summary>To the nearest, halves to even.</summary>
    Round,
    Sqrt,
    Exp,
    Log,
    Log2,
    Sin,
    Cos,
    Tanh,

    /// <summary>x^y, where neither depends on score or key.</summary>
    Power,

    /// <summary>An element of table number <see cref="ScalarExpression.Number"/>, which has as many elements as the function's table says.</summary>
    Lookup,
}
