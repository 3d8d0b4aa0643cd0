namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>Instructions that compute one value from up to three of the same lane.</summary>
internal static class PtxScalar
{
    private static readonly Dictionary<string, Operation> Table = Build();

    /// <summary>The operation of a name, or null.</summary>
    public static Operation? Find(string name) => Table.GetValueOrDefault(name);

    private static Dictionary<string, Operation> Build()
    {
        Dictionary<string, Operation> table = new(StringComparer.Ordinal);
        AddWholes(table);
        AddFloats(table);
        AddComparisons(table);
        AddConversions(table);
        return table;
    }

    private static void AddWholes(Dictionary<string, Operation> table)
    {
        foreach (string type in new[] { "s32", "u32" })
        {
            table[$"add.{type}"] = new(type, [type, type], static (a, b, _) => (uint)(a + b));
            table[$"sub.{type}"] = new(type, [type, type], static (a, b, _) => (uint)(a - b));
            table[$"mul.lo.{type}"] = new(type, [type, type], static (a, b, _) => (uint)(a * b));
            table[$"mad.lo.{type}"] = new(type, [type, type, type], static (a, b, c) => (uint)((a * b) + c));
        }

        table["add.s64"] = table["add.u64"] = new("b64", ["b64", "b64"], static (a, b, _) => a + b);
        table["mad.lo.s64"] = new("s64", ["s64", "s64", "s64"], static (a, b, c) => (a * b) + c);
        table["mul.wide.s32"] = new("s64", ["s32", "s32"], static (a, b, _) => (ulong)((long)(int)a * (int)b));
        table["max.s32"] = new("s32", ["s32", "s32"], static (a, b, _) => (uint)Math.Max((int)a, (int)b));
        table["min.s32"] = new("s32", ["s32", "s32"], static (a, b, _) => (uint)Math.Min((int)a, (int)b));
        table["and.b32"] = new("b32", ["b32", "b32"], static (a, b, _) => a & b);
        table["or.b32"] = new("b32", ["b32", "b32"], static (a, b, _) => a | b);
        table["xor.b32"] = new("b32", ["b32", "b32"], static (a, b, _) => a ^ b);
        table["shl.b32"] = new("b32", ["b32", "u32"], static (a, b, _) => b > 31 ? 0u : (uint)a << (int)b);
        table["shr.u32"] = new("u32", ["u32", "u32"], static (a, b, _) => b > 31 ? 0u : (uint)a >> (int)b);
        foreach (string type in new[] { "b32", "u32", "s32", "f32", "b64", "u64", "s64" })
        {
            table[$"mov.{type}"] = new(type, [type], static (a, _, _) => a);
            table[$"selp.{type}"] = new(type, [type, type, "pred"], static (a, b, p) => p != 0 ? a : b);
        }

        table["and.pred"] = new("pred", ["pred", "pred"], static (a, b, _) => a & b);
        table["or.pred"] = new("pred", ["pred", "pred"], static (a, b, _) => a | b);
    }

    private static void AddFloats(Dictionary<string, Operation> table)
    {
        table["add.f32"] = table["add.rn.f32"] = Floats(static (a, b, _) => a + b, 2);
        table["sub.f32"] = Floats(static (a, b, _) => a - b, 2);
        table["mul.f32"] = table["mul.rn.f32"] = Floats(static (a, b, _) => a * b, 2);
        table["fma.rn.f32"] = Floats(MathF.FusedMultiplyAdd, 3);

        // Of a NaN and a number, the number.
        table["max.f32"] = Floats(static (a, b, _) => float.MaxNumber(a, b), 2);
        table["min.f32"] = Floats(static (a, b, _) => float.MinNumber(a, b), 2);
        table["abs.f32"] = Floats(static (a, _, _) => MathF.Abs(a), 1);
        table["neg.f32"] = Floats(static (a, _, _) => -a, 1);
        table["ex2.approx.ftz.f32"] = Floats(static (a, _, _) => Flush((float)Math.Pow(2, Flush(a))), 1);
        table["lg2.approx.ftz.f32"] = Floats(static (a, _, _) => MathF.Log2(Flush(a)), 1);
        table["rcp.approx.ftz.f32"] = Floats(static (a, _, _) => Flush(1f / Flush(a)), 1);
    }

    private static void AddComparisons(Dictionary<string, Operation> table)
    {
        (string Name, Func<int, bool> Holds)[] signs = [("lt", static sign => sign < 0), ("le", static sign => sign <= 0), ("gt", static sign => sign > 0), ("ge", static sign => sign >= 0), ("eq", static sign => sign == 0), ("ne", static sign => sign != 0)];
        foreach ((string name, Func<int, bool> holds) in signs)
        {
            ulong Of(int sign) => holds(sign) ? 1u : 0u;
            table[$"setp.{name}.s32"] = new("pred", ["s32", "s32"], (a, b, _) => Of(((int)a).CompareTo((int)b)));
            table[$"setp.{name}.and.s32"] = new("pred", ["s32", "s32", "pred"], (a, b, p) => Of(((int)a).CompareTo((int)b)) & p);
            table[$"setp.{name}.or.s32"] = new("pred", ["s32", "s32", "pred"], (a, b, p) => Of(((int)a).CompareTo((int)b)) | p);
            table[$"setp.{name}.u32"] = new("pred", ["u32", "u32"], (a, b, _) => Of(((uint)a).CompareTo((uint)b)));

            // Ordered: nothing holds of a NaN.
            ulong OfFloats(ulong a, ulong b) => float.IsNaN(Float(a)) || float.IsNaN(Float(b)) ? 0u : Of(Float(a).CompareTo(Float(b)));
            table[$"setp.{name}.f32"] = new("pred", ["f32", "f32"], (a, b, _) => OfFloats(a, b));
            table[$"setp.{name}.or.f32"] = new("pred", ["f32", "f32", "pred"], (a, b, p) => OfFloats(a, b) | p);
        }
    }

    private static void AddConversions(Dictionary<string, Operation> table)
    {
        table["cvt.s64.s32"] = new("s64", ["s32"], static (a, _, _) => (ulong)(long)(int)a);
        table["cvt.u64.u32"] = new("u64", ["u32"], static (a, _, _) => (uint)a);
        table["cvt.rn.f32.s32"] = new("f32", ["s32"], static (a, _, _) => Bits((int)a));

        // The first operand is the upper half.
        table["cvt.rn.bf16x2.f32"] = new("b32", ["f32", "f32"], static (a, b, _) => (SixteenBits.Narrow(Float(a), isBrain: true) << 16) | SixteenBits.Narrow(Float(b), isBrain: true));
        table["cvt.rn.f16x2.f32"] = new("b32", ["f32", "f32"], static (a, b, _) => (SixteenBits.Narrow(Float(a), isBrain: false) << 16) | SixteenBits.Narrow(Float(b), isBrain: false));
    }

    private static Operation Floats(Func<float, float, float, float> compute, int operands) =>
        new("f32", [.. Enumerable.Repeat("f32", operands)], (a, b, c) => Bits(compute(Float(a), Float(b), Float(c))));

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0f, value) : value;

    private static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    /// <summary>An operation with its types.</summary>
    public sealed class Operation(string result, string[] operands, Func<ulong, ulong, ulong, ulong> compute)
    {
        public PtxType Result { get; } = PtxType.Parse(result);

        public PtxType[] Operands { get; } = [.. operands.Select(PtxType.Parse)];

        public Func<ulong, ulong, ulong, ulong> Compute { get; } = compute;
    }
}
