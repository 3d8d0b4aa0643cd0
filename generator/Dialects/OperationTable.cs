using System.Collections.Generic;

namespace AttentionGen.Generator.Dialects;

/// <summary>
/// How each operation is spelled, target beside target: one row an operation, so that adding one means filling the row.
/// <c>{V}</c> stands for the vector class of the width; <c>{0}</c>, <c>{1}</c>, <c>{2}</c> for the operands.
/// </summary>
public static class OperationTable
{
    /// <summary>One operation in every dialect.</summary>
    /// <param name="Scalar">Plain C# on floats.</param>
    /// <param name="Vector">C# on Vector128, Vector256 or Vector512.</param>
    /// <param name="Ilgpu">C# that ILGPU compiles: one lane a thread; buffers are array views.</param>
    public sealed record Row(string Scalar, string Vector, string Ilgpu);

    /// <summary>The table.</summary>
    public static IReadOnlyDictionary<Operation, Row> Rows { get; } = new Dictionary<Operation, Row>
    {
        [Operation.Zero] = new("0f", "{V}<float>.Zero", "0f"),
        [Operation.Broadcast] = new("{0}", "{V}.Create({0})", "{0}"),
        [Operation.Load] = new("{0}[{1}]", "{V}.Load({0} + {1})", "{0}[{1}]"),
        [Operation.LoadBroadcast] = new("{0}[{1}]", "{V}.Create({0}[{1}])", "{0}[{1}]"),
        [Operation.LoadSwappedPairs] = new("{0}[({1}) ^ 1]", "{V}.Shuffle({V}.Load({0} + {1}), {V}<int>.Indices ^ {V}<int>.One)", "{0}[({1}) ^ 1]"),
        [Operation.Gather] = new("{0}[{1} + (int){2}]", "VectorMath.Gather({0} + {1}, {2})", "{0}[{1} + (int){2}]"),
        [Operation.Store] = new("{1}[{2}] = {0}", "{V}.Store({0}, {1} + {2})", "{1}[{2}] = {0}"),
        [Operation.Add] = new("({0} + {1})", "({0} + {1})", "({0} + {1})"),
        [Operation.Subtract] = new("({0} - {1})", "({0} - {1})", "({0} - {1})"),
        [Operation.Multiply] = new("({0} * {1})", "({0} * {1})", "({0} * {1})"),
        [Operation.MultiplyAdd] = new("(({0} * {1}) + {2})", "{V}.MultiplyAddEstimate({0}, {1}, {2})", "(({0} * {1}) + {2})"),
        [Operation.Maximum] = new("({0} > {1} ? {0} : {1})", "{V}.MaxNative({0}, {1})", "({0} > {1} ? {0} : {1})"),
        [Operation.Minimum] = new("({0} < {1} ? {0} : {1})", "{V}.MinNative({0}, {1})", "({0} < {1} ? {0} : {1})"),
        [Operation.Divide] = new("({0} / {1})", "({0} / {1})", "({0} / {1})"),
        [Operation.Absolute] = new("global::System.MathF.Abs({0})", "{V}.Abs({0})", "global::System.MathF.Abs({0})"),
        [Operation.Exp2] = new("VectorMath.Exp2({0})", "VectorMath.Exp2({0})", "global::ILGPU.Algorithms.XMath.Exp2({0})"),
        [Operation.AtLeast] = new("({0} >= {1})", "{V}.GreaterThanOrEqual({0}, {1})", "({0} >= {1})"),
        [Operation.AtMost] = new("({0} <= {1})", "{V}.LessThanOrEqual({0}, {1})", "({0} <= {1})"),
        [Operation.And] = new("({0} & {1})", "({0} & {1})", "({0} & {1})"),
        [Operation.Or] = new("({0} | {1})", "({0} | {1})", "({0} | {1})"),
        [Operation.Select] = new("({0} ? {1} : {2})", "{V}.ConditionalSelect({0}, {1}, {2})", "({0} ? {1} : {2})"),
        [Operation.LaneIndex] = new("0f", "{V}<float>.Indices", "0f"),
        [Operation.MaxLanes] = new("{0}", "VectorMath.MaxLanes({0})", "{0}"),
        [Operation.SumLanes] = new("{0}", "VectorMath.SumLanes({0})", "{0}"),
    };
}
