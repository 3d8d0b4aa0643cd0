namespace AttentionGen.Generator.Catalog;

/// <summary>An output that is mixed with local features: <c>Attended * attention + Local * local features</c>.</summary>
/// <param name="Attended">Factor on what attention gives.</param>
/// <param name="Local">Factor on the local features.</param>
public sealed record LocalMix(double Attended, double Local);
