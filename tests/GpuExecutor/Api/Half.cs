namespace ILGPU;

/// <summary>IEEE binary16, as devices convert from it.</summary>
public readonly struct Half(System.Half value)
{
    internal System.Half Value { get; } = value;

    public static implicit operator float(Half value) => (float)value.Value;
}
