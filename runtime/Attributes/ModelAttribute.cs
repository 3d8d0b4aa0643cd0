namespace AttentionGen;

/// <summary>
/// The shape shared by the attentions of a class or an assembly, so that <c>[Attention(Type = "local", Window = 128)]</c> stands alone.
/// A value on <see cref="AttentionAttribute"/> wins over the class's model, which wins over the assembly's.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly, AllowMultiple = false, Inherited = false)]
public sealed class ModelAttribute : Attribute
{
    /// <summary>Model width: features of a layer's input and output.</summary>
    public int DModel { get; set; }

    /// <summary>Number of query heads.</summary>
    public int Heads { get; set; }

    /// <summary>Number of key/value heads. Default: <see cref="Heads"/>.</summary>
    public int KvHeads { get; set; }

    /// <summary>Features of one query or key head. Default: <c>DModel / Heads</c>.</summary>
    public int HeadDim { get; set; }

    /// <summary>Features of one value head. Default: <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>The model is causal: its attentions over their own sequence hide later keys. Cross-attention is left as it is declared.</summary>
    public bool Causal { get; set; }

    /// <summary>The longest sequence, in positions, that will be passed; 0 leaves it open.</summary>
    public int MaxLength { get; set; }
}
