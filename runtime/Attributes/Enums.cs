namespace AttentionGen;

/// <summary>Where query and key indices line up when the query and key lengths differ.</summary>
public enum CausalAlignment
{
    /// <summary>Not stated: only equal lengths are accepted where it would matter.</summary>
    Unspecified = 0,

    /// <summary>Query 0 lines up with key 0.</summary>
    TopLeft = 1,

    /// <summary>The last query lines up with the last key, as in decoding: query i stands at key <c>i + keyLength - queryLength</c>.</summary>
    BottomRight = 2,
}

/// <summary>Which two features a rotary encoding turns together.</summary>
public enum RotaryLayout
{
    /// <summary>Feature i with feature i + RotaryDim/2 (GPT-NeoX, Llama in Hugging Face's layout).</summary>
    Half = 0,

    /// <summary>Feature 2i with feature 2i + 1 (RoFormer, GPT-J, Llama's own layout).</summary>
    Interleaved = 1,
}
