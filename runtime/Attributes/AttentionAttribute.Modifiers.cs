namespace AttentionGen;

/// <content>Modifiers that every softmax type takes.</content>
public sealed partial class AttentionAttribute
{
    /// <summary>Scaled scores become <c>Softcap * tanh(score / Softcap)</c> before biases and masks (Gemma 2, 2024). Default: no cap.</summary>
    public double Softcap { get; set; }

    /// <summary>Normalises each query and key head row before positions enter. Default <see cref="QkNormalisation.None"/>.</summary>
    public QkNormalisation QkNorm { get; set; }

    /// <summary>A learned logit per head that takes part in the softmax and has no value (attention sinks, OpenAI gpt-oss 2025).</summary>
    public bool LearnedSinks { get; set; }

    /// <summary>Values of the sinks' logits, one per head; implies <see cref="LearnedSinks"/>. Default 0.</summary>
    public float[]? SinkLogits { get; set; }

    /// <summary>Probability with which a weight is dropped when a call gives a dropout seed (training only). Default 0.</summary>
    public double Dropout { get; set; }
}
