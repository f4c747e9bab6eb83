"""The trainer: fits the networks of a source to fixed pictures, in torch.

job        the job: build the networks, fit them, measure
pictures   the fixed pictures: stored, or drawn as strokes
fit        the steps of Adam, for the generator and for the discriminator
spectrum   the power of pictures by frequency
jacobian   how the picture depends on the latent vector
"""
