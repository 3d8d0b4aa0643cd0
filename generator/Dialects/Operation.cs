namespace AttentionGen.Generator.Dialects;

/// <summary>What kernels are written in: each dialect spells every one of these.</summary>
public enum Operation
{
    /// <summary>All lanes 0.</summary>
    Zero,

    /// <summary>All lanes one float: (value).</summary>
    Broadcast,

    /// <summary>Consecutive floats: (buffer, index).</summary>
    Load,

    /// <summary>All lanes one element: (buffer, index).</summary>
    LoadBroadcast,

    /// <summary>Consecutive floats with the two of each even-odd pair exchanged: (buffer, index).</summary>
    LoadSwappedPairs,

    /// <summary>Each lane the element at an offset plus that lane's index, which is a whole number as a float: (buffer, offset, index).</summary>
    Gather,

    /// <summary>Writes consecutive floats: (value, buffer, index).</summary>
    Store,

    /// <summary>(a, b).</summary>
    Add,

    /// <summary>(a, b).</summary>
    Subtract,

    /// <summary>(a, b).</summary>
    Multiply,

    /// <summary>a * b + c, fused where the hardware fuses: (a, b, c).</summary>
    MultiplyAdd,

    /// <summary>The larger; b where either is NaN: (a, b).</summary>
    Maximum,

    /// <summary>The smaller; b where either is NaN: (a, b).</summary>
    Minimum,

    /// <summary>(a, b).</summary>
    Divide,

    /// <summary>(a).</summary>
    Absolute,

    /// <summary>2^a: (a).</summary>
    Exp2,

    /// <summary>A mask of lanes where a &gt;= b: (a, b).</summary>
    AtLeast,

    /// <summary>A mask of lanes where a &lt;= b: (a, b).</summary>
    AtMost,

    /// <summary>Both masks: (a, b).</summary>
    And,

    /// <summary>Either mask: (a, b).</summary>
    Or,

    /// <summary>a where the mask holds, else b: (mask, a, b).</summary>
    Select,

    /// <summary>The lane numbers 0, 1, 2, ... as floats.</summary>
    LaneIndex,

    /// <summary>The largest lane as one float: (a).</summary>
    MaxLanes,

    /// <summary>The sum of the lanes as one float: (a).</summary>
    SumLanes,
}
