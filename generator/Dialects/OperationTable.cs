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
        [Operation.Exp2] = new("VectorMath.Exp2({0})", "VectorMath.Exp2({0})", "global::AttentionGen.Gpu.GpuMath.Exp2({0})"),
        [Operation.AtLeast] = new("({0} >= {1})", "{V}.GreaterThanOrEqual({0}, {1})", "({0} >= {1})"),
        [Operation.AtMost] = new("({0} <= {1})", "{V}.LessThanOrEqual({0}, {1})", "({0} <= {1})"),
        [Operation.And] = new("({0} & {1})", "({0} & {1})", "({0} & {1})"),
        [Operation.Or] = new("({0} | {1})", "({0} | {1})", "({0} | {1})"),
        [Operation.Select] = new("({0} ? {1} : {2})", "{V}.ConditionalSelect({0}, {1}, {2})", "({0} ? {1} : {2})"),
        [Operation.LaneIndex] = new("0f", "{V}<float>.Indices", "0f"),
        [Operation.MaxLanes] = new("{0}", "VectorMath.MaxLanes({0})", "{0}"),
        [Operation.SumLanes] = new("{0}", "VectorMath.SumLanes({0})", "{0}"),
        [Operation.Negate] = new("(-{0})", "(-{0})", "(-{0})"),
        [Operation.Least] = new("global::System.Math.Min({0}, {1})", "{V}.Min({0}, {1})", "global::System.Math.Min({0}, {1})"),
        [Operation.Greatest] = new("global::System.Math.Max({0}, {1})", "{V}.Max({0}, {1})", "global::System.Math.Max({0}, {1})"),
        [Operation.Floor] = new("global::System.MathF.Floor({0})", "{V}.Floor({0})", "global::System.MathF.Floor({0})"),
        [Operation.Ceiling] = new("global::System.MathF.Ceiling({0})", "{V}.Ceiling({0})", "global::System.MathF.Ceiling({0})"),
        [Operation.Truncate] = new("global::System.MathF.Truncate({0})", "{V}.Truncate({0})", "global::AttentionGen.Gpu.GpuMath.Truncate({0})"),
        [Operation.Round] = new("global::System.MathF.Round({0})", "{V}.Round({0})", "global::AttentionGen.Gpu.GpuMath.Round({0})"),
        [Operation.Sqrt] = new("global::System.MathF.Sqrt({0})", "{V}.Sqrt({0})", "global::System.MathF.Sqrt({0})"),
        [Operation.Exp] = new("global::System.MathF.Exp({0})", "{V}.Exp({0})", "global::AttentionGen.Gpu.GpuMath.Exp({0})"),
        [Operation.Log] = new("global::System.MathF.Log({0})", "{V}.Log({0})", "global::AttentionGen.Gpu.GpuMath.Log({0})"),
        [Operation.Log2] = new("global::System.MathF.Log2({0})", "{V}.Log2({0})", "global::AttentionGen.Gpu.GpuMath.Log2({0})"),
        [Operation.Sin] = new("global::System.MathF.Sin({0})", "{V}.Sin({0})", "global::AttentionGen.Gpu.GpuMath.Sin({0})"),
        [Operation.Cos] = new("global::System.MathF.Cos({0})", "{V}.Cos({0})", "global::AttentionGen.Gpu.GpuMath.Cos({0})"),
        [Operation.Tanh] = new("VectorMath.Tanh({0})", "VectorMath.Tanh({0})", "global::AttentionGen.Gpu.GpuMath.Tanh({0})"),
        [Operation.Less] = new("({0} < {1})", "{V}.LessThan({0}, {1})", "({0} < {1})"),
        [Operation.Equal] = new("({0} == {1})", "{V}.Equals({0}, {1})", "({0} == {1})"),
        [Operation.Not] = new("(!{0})", "(~{0})", "(!{0})"),
        [Operation.Xor] = new("({0} ^ {1})", "({0} ^ {1})", "({0} ^ {1})"),
        [Operation.BroadcastMask] = new("{0}", "{V}.Create({0} ? -1 : 0).AsSingle()", "{0}"),
        [Operation.ToFloat] = new("((float)({0}))", "{V}.ConvertToSingle({0})", "((float)({0}))"),
        [Operation.ToInt] = new("VectorMath.ToInt({0})", "{V}.ConvertToInt32({0})", "((int)({0}))"),
        [Operation.IntLess] = new("({0} < {1})", "{V}.LessThan({0}, {1}).AsSingle()", "({0} < {1})"),
        [Operation.IntAtMost] = new("({0} <= {1})", "{V}.LessThanOrEqual({0}, {1}).AsSingle()", "({0} <= {1})"),
        [Operation.IntEqual] = new("({0} == {1})", "{V}.Equals({0}, {1}).AsSingle()", "({0} == {1})"),
        [Operation.IntSelect] = new("({0} ? {1} : {2})", "{V}.ConditionalSelect({0}.AsInt32(), {1}, {2})", "({0} ? {1} : {2})"),
        [Operation.IntAbsolute] = new("VectorMath.Absolute({0})", "{V}.Abs({0})", "global::AttentionGen.Gpu.GpuMath.Absolute({0})"),
        [Operation.IntDivide] = new("VectorMath.Divide({0}, {1})", "VectorMath.Divide({0}, {1})", "global::AttentionGen.Gpu.GpuMath.Divide({0}, {1})"),
        [Operation.IntRemainder] = new("VectorMath.Remainder({0}, {1})", "VectorMath.Remainder({0}, {1})", "global::AttentionGen.Gpu.GpuMath.Remainder({0}, {1})"),
        [Operation.SmallDivide] = new("VectorMath.Divide({0}, {1})", "VectorMath.SmallDivide({0}, {1})", "global::AttentionGen.Gpu.GpuMath.Divide({0}, {1})"),
        [Operation.SmallRemainder] = new("VectorMath.Remainder({0}, {1})", "VectorMath.SmallRemainder({0}, {1})", "global::AttentionGen.Gpu.GpuMath.Remainder({0}, {1})"),
        [Operation.ShiftLeft] = new("({0} << {1})", "({0} << {1})", "({0} << {1})"),
        [Operation.ShiftRight] = new("({0} >> {1})", "({0} >> {1})", "({0} >> {1})"),
        [Operation.Lookup] = new("{0}[{1}]", "VectorMath.Gather({0}, {1})", "{0}[{1}]"),
    };
}
