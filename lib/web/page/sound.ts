export class Sound {
  isMuted = false;
  play(_rate: number, _channels: number, _samples: Int16Array): void {}
  close(): void {}
}
