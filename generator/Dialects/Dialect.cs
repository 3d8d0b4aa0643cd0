using System;
using System.Collections.Generic;

namespace AttentionGen.Generator.Dialects;

/// <summary>
/// How kernels are spelled for one target, and the register tile that suits it. Stages are written against this alone,
/// so each stage and each variant exists once and serves every target.
/// </summary>
public sealed class Dialect
{
    private readonly Func<OperationTable.Row, string> _column;

    private Dialect(string name, string vectorClass, int lanes, int tileRows, int tileVectors, Func<OperationTable.Row, string> column)
    {
        Name = name;
        VectorClass = vectorClass;
        Lanes = lanes;
        TileRows = tileRows;
        TileVectors = tileVectors;
        _column = column;
    }

    /// <summary>512-bit registers, 32 of them: 6 x 4 accumulators, 4 keys and 1 query in flight.</summary>
    public static Dialect Vector512 { get; } = new("Vector512", "Vector512", 16, 6, 4, static row => row.Vector);

    /// <summary>256-bit registers, 16 of them: 6 x 2 accumulators, 2 keys and 1 query in flight.</summary>
    public static Dialect Vector256 { get; } = new("Vector256", "Vector256", 8, 6, 2, static row => row.Vector);

    /// <summary>128-bit registers; the tile suits NEON's 32.</summary>
    public static Dialect Vector128 { get; } = new("Vector128", "Vector128", 4, 6, 4, static row => row.Vector);

    /// <summary>Plain floats.</summary>
    public static Dialect Scalar { get; } = new("Scalar", "", 1, 6, 2, static row => row.Scalar);

    /// <summary>One GPU thread of an ILGPU kernel; its tile is the plan's business.</summary>
    public static Dialect Ilgpu { get; } = new("Ilgpu", "", 1, 4, 4, static row => row.Ilgpu);

    /// <summary>The CPU's dialects, widest first.</summary>
    public static IReadOnlyList<Dialect> Cpu { get; } = [Vector512, Vector256, Vector128, Scalar];

    /// <summary>The target, as it stands in names of generated classes.</summary>
    public string Name { get; }

    /// <summary>The vector class, or empty for plain floats.</summary>
    public string VectorClass { get; }

    /// <summary>Floats in one register.</summary>
    public int Lanes { get; }

    /// <summary>Query rows of the register tile.</summary>
    public int TileRows { get; }

    /// <summary>Registers across the register tile.</summary>
    public int TileVectors { get; }

    /// <summary>Whether buffers are pointers; otherwise they are array views.</summary>
    public bool HasPointers => this != Ilgpu;

    /// <summary>What stands before a member of the call.</summary>
    public string Call => HasPointers ? "call->" : "call.";

    /// <summary>The type of a register of floats.</summary>
    public string Float => VectorClass.Length == 0 ? "float" : $"{VectorClass}<float>";

    /// <summary>The type of a register of ints.</summary>
    public string Int => VectorClass.Length == 0 ? "int" : $"{VectorClass}<int>";

    /// <summary>The type of a mask of lanes.</summary>
    public string Mask => VectorClass.Length == 0 ? "bool" : Float;

    /// <summary>An operation's spelling.</summary>
    public string Spell(Operation operation, params string[] operands)
    {
        string text = _column(OperationTable.Rows[operation]).Replace("{V}", VectorClass);
        for (int i = 0; i < operands.Length; i++)
        {
            text = text.Replace("{" + i + "}", operands[i]);
        }

        return text.Replace(" + 0)", ")");
    }

    public string Zero => Spell(Operation.Zero);

    public string LaneIndex => Spell(Operation.LaneIndex);

    public string Broadcast(string value) => Spell(Operation.Broadcast, value);

    public string Load(string buffer, string index) => Spell(Operation.Load, buffer, index);

    public string LoadBroadcast(string buffer, string index) => Spell(Operation.LoadBroadcast, buffer, index);

    public string LoadSwappedPairs(string buffer, string index) => Spell(Operation.LoadSwappedPairs, buffer, index);

    public string Gather(string buffer, string offset, string index) => Spell(Operation.Gather, buffer, offset, index);

    public string Store(string value, string buffer, string index) => Spell(Operation.Store, value, buffer, index) + ";";

    public string Add(string a, string b) => Spell(Operation.Add, a, b);

    public string Subtract(string a, string b) => Spell(Operation.Subtract, a, b);

    public string Multiply(string a, string b) => Spell(Operation.Multiply, a, b);

    public string MultiplyAdd(string a, string b, string c) => Spell(Operation.MultiplyAdd, a, b, c);

    public string Maximum(string a, string b) => Spell(Operation.Maximum, a, b);

    public string Minimum(string a, string b) => Spell(Operation.Minimum, a, b);

    public string Divide(string a, string b) => Spell(Operation.Divide, a, b);

    public string Absolute(string a) => Spell(Operation.Absolute, a);

    public string Exp2(string a) => Spell(Operation.Exp2, a);

    public string AtLeast(string a, string b) => Spell(Operation.AtLeast, a, b);

    public string AtMost(string a, string b) => Spell(Operation.AtMost, a, b);

    public string And(string a, string b) => Spell(Operation.And, a, b);

    public string Or(string a, string b) => Spell(Operation.Or, a, b);

    public string Select(string mask, string a, string b) => Spell(Operation.Select, mask, a, b);

    public string MaxLanes(string a) => Spell(Operation.MaxLanes, a);

    public string SumLanes(string a) => Spell(Operation.SumLanes, a);
}
